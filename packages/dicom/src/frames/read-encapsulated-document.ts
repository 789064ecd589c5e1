import { Readable } from 'node:stream';
import type { DocumentStore, MessageBody } from '@consort/core';
import { chunksOfDataSet } from '../data-set/chunks-of-data-set.ts';
import { noDataSet } from '../data-set/document-errors.ts';
import { treeOfDocument } from '../data-set/read-data-set.ts';
import { textsOf } from '../data-set/tree-values.ts';
import { numberAt } from './number-at.ts';

/** A document inside of a data set: a PDF, a CDA, a 3D model (PS3.3 section C.24.2). */
export interface EncapsulatedDocument {
  /** What MIME Type of Encapsulated Document (0042,0012) says: `application/pdf`; '' when it says nothing. */
  readonly mimeType: string;
  /** Bytes. */
  readonly length: number;
  /** Its bytes. Whoever opens the stream reads it to its end or destroys it. */
  stream(): Readable;
}

/**
 * Finds the document that a data set encapsulates (0042,0011); undefined when it has none. The padding to an even length
 * is left out where Encapsulated Document Length (0042,0015) says what is padding.
 * @throws PermanentError DATA_SET_UNREADABLE, DOCUMENT_MISSING, NOT_A_STORAGE_REQUEST
 */
export async function readEncapsulatedDocument(
  body: MessageBody,
  documents: Pick<DocumentStore, 'open'>,
): Promise<EncapsulatedDocument | undefined> {
  const { document } = body;
  if (!document) throw noDataSet(body.type);
  const tree = await treeOfDocument(document, documents);
  const element = tree.elements.get(0x00420011);
  if (!element) return undefined;
  const mimeType = tree.elements.get(0x00420012);
  const said = numberAt(tree, 0x00420015);
  const isSaid = said !== undefined && said >= 0 && said <= element.length;
  const length = isSaid ? said : element.length;
  return {
    mimeType: (mimeType && textsOf(mimeType, tree)) ?? '',
    length,
    stream: () => Readable.from(chunksOfDataSet(document, documents, element.start, length)),
  };
}
