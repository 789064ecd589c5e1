export { isDicomDocument } from './document.ts';
export type { CommandSet, DicomDocument } from './document.ts';
export { storageResponse } from './storage-response.ts';
export { decodeDataSet } from './data-set/decode-data-set.ts';
export { encodeDataSet } from './data-set/encode-data-set.ts';
export type { EncodeOptions } from './data-set/encode-data-set.ts';
export { isLargeValue } from './data-set/value.ts';
export type { DataValue, DataValues, LargeValue, SingleValue } from './data-set/value.ts';
