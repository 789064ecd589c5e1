import { EngineError, type DocumentStore, type MessageBody } from '@consort/core';
import { dicomJsonOf, type BulkData, type DicomJson } from '../dicom-json/write-json.ts';

/** A data set for people: the values of up to 64 KiB, and where the others are. */
export interface JsonToShow {
  readonly dataSet: DicomJson;
  /** By their paths, which are also what `BulkDataURI` holds. */
  readonly bulkData: ReadonlyMap<string, BulkData>;
}

/** Characters of the JSON that a data set is shown from: values above 64 KiB are not among them. */
const mostJson = 16 * 1024 * 1024;

/**
 * Reads a stored data set for people.
 * @throws EngineError TOO_LARGE; PermanentError DATA_SET_UNREADABLE, DOCUMENT_MISSING
 */
export async function jsonToShow(
  body: MessageBody,
  documents: Pick<DocumentStore, 'open'>,
): Promise<JsonToShow> {
  const bulkData = new Map<string, BulkData>();
  const parts = dicomJsonOf(body, documents, {
    bulkDataUri(value) {
      bulkData.set(value.path, value);
      return value.path;
    },
  });
  let json = '';
  for await (const part of parts) {
    json += part;
    if (json.length > mostJson) {
      throw new EngineError(
        'TOO_LARGE',
        'the data set has too many values to be shown; it can be had as a file',
      );
    }
  }
  return { dataSet: JSON.parse(json) as DicomJson, bulkData };
}

/** The elements in the order of the data set: an object has a key like `60003000`, which is a number, before all others. */
export function inOrder(
  dataSet: DicomJson,
): readonly (readonly [tag: string, DicomJson[string]])[] {
  return Object.entries(dataSet).sort(([a], [b]) => (a < b ? -1 : 1));
}
