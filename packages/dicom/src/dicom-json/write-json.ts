import { buffer } from 'node:stream/consumers';
import { PermanentError, type DocumentStore, type MessageBody } from '@consort/core';
import { chunksOfDataSet } from '../data-set/chunks-of-data-set.ts';
import { inflated, treeOf } from '../data-set/decode-data-set.ts';
import { noDataSet } from '../data-set/document-errors.ts';
import { treeOfDocument } from '../data-set/read-data-set.ts';
import { representationOf } from '../data-set/value-representations.ts';
import { jsonParts, swapped, valueList, type LongPart } from './json-parts.ts';

/** A value that JSON may refer to instead of holding it. */
export interface BulkData {
  /** Tags and item numbers from 1 on, `00480200/1/7FE00010`. */
  readonly path: string;
  readonly vr: string;
  /** Where it begins in the data set, inflated where that is deflated. Bytes. */
  readonly start: number;
  /** Bytes. */
  readonly length: number;
}

/** What may be chosen when JSON is written. */
export interface JsonOptions {
  /** The BulkDataURI of a value longer than 64 KiB, or of pixel data; without it they stand in the JSON. */
  readonly bulkDataUri?: (bulkData: BulkData) => string;
}

/**
 * The data set of a message in the DICOM JSON model (PS3.18 annex F), as the text of one object in parts, so that no
 * value has to fit in memory. Texts are UTF-8, and Specific Character Set, where there is one, says so; group lengths
 * are left out. IS and DS are numbers where that is exactly what was written, otherwise strings. Without `bulkDataUri`
 * long values are base64, and fragments of compressed pixel data, which base64 cannot hold (PS3.18 section F.2.7),
 * are left out.
 * @throws PermanentError DATA_SET_UNREADABLE, DOCUMENT_MISSING, NOT_A_STORAGE_REQUEST; DICOM_JSON_INVALID when a text
 *   above 64 MiB has no BulkDataURI
 */
export async function* dicomJsonOf(
  body: MessageBody,
  documents: Pick<DocumentStore, 'open'>,
  { bulkDataUri }: JsonOptions = {},
): AsyncGenerator<string> {
  const { document } = body;
  if (!document) throw noDataSet(body.type);
  const tree = await treeOfDocument(document, documents);
  for (const part of jsonParts(tree, '')) {
    if (typeof part === 'string') yield part;
    else if (bulkDataUri) yield `,"BulkDataURI":${JSON.stringify(bulkDataUri(bulkDataOf(part)))}`;
    else {
      const { start, length } = part.element;
      yield* longValue(part, chunksOfDataSet(document, documents, start, length));
    }
  }
}

/**
 * A small data set that is wholly in memory in the DICOM JSON model.
 * @throws PermanentError DATA_SET_UNREADABLE
 */
export function decodeDicomJson(bytes: Buffer, transferSyntaxUid: string): DicomJson {
  const whole = inflated(bytes, transferSyntaxUid);
  const parts: string[] = [];
  for (const part of jsonParts(treeOf(whole, transferSyntaxUid), '')) {
    if (typeof part === 'string') parts.push(part);
    else {
      const { start, length } = part.element;
      if (!part.element.fragments)
        parts.push(wholeValue(part, whole.subarray(start, start + length)));
    }
  }
  return JSON.parse(parts.join('')) as DicomJson;
}

/** A data set in the DICOM JSON model: elements by tag. */
export interface DicomJson {
  readonly [tag: string]: {
    readonly vr: string;
    readonly Value?: readonly unknown[];
    readonly InlineBinary?: string;
    readonly BulkDataURI?: string;
  };
}

const longestText = 64 * 1024 * 1024;

function bulkDataOf({ path, element: { vr, start, length } }: LongPart): BulkData {
  return { path, vr, start, length };
}

async function* longValue(part: LongPart, chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const { element, path } = part;
  if (element.fragments) return;
  if (representationOf(element.vr).kind !== 'bytes') {
    if (element.length > longestText) {
      throw new PermanentError(
        'DICOM_JSON_INVALID',
        `the value of ${path} cannot be written into JSON: it has ${element.length} bytes; give bulkDataUri for values this long`,
      );
    }
    yield wholeValue(part, await buffer(chunks));
    return;
  }
  yield ',"InlineBinary":"';
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    // Base64 joins three bytes, and a word is at most eight.
    const bytes = Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % 24);
    yield swapped(bytes.subarray(0, whole), element).toString('base64');
    rest = bytes.subarray(whole);
  }
  yield `${swapped(rest, element).toString('base64')}"`;
}

function wholeValue({ element, item }: LongPart, bytes: Buffer): string {
  return valueList(element, bytes, item.characterSets);
}
