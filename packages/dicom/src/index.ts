export { dimseStatusInWords, isDone, statusHex } from './dimse-status.ts';
export { isDicomDocument } from './document.ts';
export type { CommandSet, DicomDocument } from './document.ts';
export type { ShownOutgoing } from './sending/shown-outgoing.ts';
export type { ShownAssociation } from './shown-association.ts';
export { storageResponse } from './storage-response.ts';
export { decodeDataSet } from './data-set/decode-data-set.ts';
export { encodeDataSet } from './data-set/encode-data-set.ts';
export type { EncodeOptions } from './data-set/encode-data-set.ts';
export { isLargeValue } from './data-set/value.ts';
export type { DataValue, DataValues, LargeValue, SingleValue } from './data-set/value.ts';
export { readDataSet } from './data-set/read-data-set.ts';
export type { DataSet } from './data-set/read-data-set.ts';
export { PathError } from './data-set/path-errors.ts';
export { setValuesAt } from './data-set/set-values-at.ts';
export { encodeDicomJson } from './dicom-json/read-json.ts';
export type { JsonEncodeOptions } from './dicom-json/read-json.ts';
export { decodeDicomJson, dicomJsonOf } from './dicom-json/write-json.ts';
export type { BulkData, DicomJson, JsonOptions } from './dicom-json/write-json.ts';
export { readEncapsulatedDocument } from './frames/read-encapsulated-document.ts';
export type { EncapsulatedDocument } from './frames/read-encapsulated-document.ts';
export { readFrames } from './frames/read-frames.ts';
export type { Frames } from './frames/read-frames.ts';
export type { DataSetValues } from './document.ts';
export { dataSetValues } from './data-set-values.ts';
export { findResponse, getResponse, moveResponse } from './responses/query-responses.ts';
export type { FindResponseOptions, RetrieveResponseOptions } from './responses/query-responses.ts';
export {
  nActionResponse,
  nCreateResponse,
  nDeleteResponse,
  nEventReportResponse,
  nGetResponse,
  nSetResponse,
} from './responses/normalized-responses.ts';
export type {
  CreateResponseOptions,
  NormalizedResponseOptions,
} from './responses/normalized-responses.ts';
export type { AnyRequest, ResponseOptions } from './responses/response.ts';
export { answerIdentifier, matchesIdentifier } from './query/match-identifier.ts';
export { plainValues } from './data-set-values.ts';
export { isNotification } from './notifications.ts';
export type { Notification, NotificationBody } from './notifications.ts';
