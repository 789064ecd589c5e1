export { dimseStatusInWords, isDone, statusHex } from './dimse-status.ts';
export { isDicomDocument } from './document.ts';
export type { CommandSet, DicomDocument } from './document.ts';
export { storageResponse } from './storage-response.ts';
