import type { DocumentStore } from '@consort/core';
import { encodeDataSet } from './data-set/encode-data-set.ts';
import type { DataValues } from './data-set/value.ts';
import { dataSetValues } from './data-set-values.ts';
import { documentBytes } from './document-bytes.ts';
import type { DicomDocument } from './document.ts';

/**
 * The data set of a DIMSE message in a transfer syntax: a stored document as its bytes are, or encoded anew where it
 * has another transfer syntax; values encoded. Undefined when it has none.
 * @throws PermanentError KEYWORD_UNKNOWN, VALUE_INVALID, TEXT_NOT_ENCODABLE, DATA_SET_UNREADABLE, DOCUMENT_MISSING
 */
export async function dataSetToSend(
  body: DicomDocument,
  transferSyntaxUid: string,
  documents: Pick<DocumentStore, 'open'>,
): Promise<AsyncIterable<Buffer> | undefined> {
  const { document, dataSet } = body;
  if (!dataSet && !document) return undefined;
  if (document && !dataSet && document.transferSyntaxUid === transferSyntaxUid) {
    return documentBytes(document, documents);
  }
  const values = dataSet ? (dataSet as DataValues) : await dataSetValues(body, documents);
  return oneByOne(encodeDataSet(values, { transferSyntaxUid }));
}

async function* oneByOne(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
