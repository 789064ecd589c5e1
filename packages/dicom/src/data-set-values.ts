import { PermanentError, type DocumentStore, type MessageBody } from '@consort/core';
import { defaultLimits } from './association/limits.ts';
import { decodeDataSet } from './data-set/decode-data-set.ts';
import { isLargeValue, type DataValue, type DataValues } from './data-set/value.ts';
import { isDicomDocument, type DataSetValues } from './document.ts';

/**
 * The values of the small data set of a DIMSE message, by keyword: the identifier of a query, a list of attributes.
 * A message without a data set has none.
 * @throws PermanentError DATA_SET_UNREADABLE, also when it is larger than 1 MiB; DOCUMENT_MISSING
 */
export async function dataSetValues(
  body: MessageBody,
  documents: Pick<DocumentStore, 'open'>,
): Promise<DataValues> {
  if (isDicomDocument(body) && body.dataSet) return body.dataSet as DataValues;
  const { document } = body;
  if (!document) return {};
  if (document.size > defaultLimits.smallDataSetSize) {
    throw new PermanentError(
      'DATA_SET_UNREADABLE',
      `a data set of ${document.size} bytes is not read as a whole: at most ${defaultLimits.smallDataSetSize} are`,
    );
  }
  const handle = await documents.open(document.digest);
  try {
    return decodeDataSet(await handle.readFile(), document.transferSyntaxUid);
  } finally {
    await handle.close();
  }
}

/**
 * Values as plain data, as a message can carry them: without the binary ones. What a peer has found is passed on so.
 */
export function plainValues(values: DataValues): DataSetValues {
  const entries = Object.entries(values).flatMap(([keyword, value]) => {
    const plain = plainValue(value);
    return plain === undefined ? [] : [[keyword, plain] as const];
  });
  return Object.fromEntries(entries);
}

function plainValue(value: DataValue | undefined): DataSetValues[string] {
  if (value === undefined || Buffer.isBuffer(value) || isLargeValue(value)) return undefined;
  if (typeof value === 'bigint') return value.toString();
  if (!Array.isArray(value)) return value as DataSetValues[string];
  return (value as readonly (DataValue | DataValues)[]).map((one) =>
    isItem(one) ? plainValues(one) : (plainValue(one) ?? null),
  );
}

function isItem(value: DataValue | DataValues): value is DataValues {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value)
  );
}
