import type { CommandElements } from '../association/command-set.ts';
import type { DataSetValues, DicomDocument } from '../document.ts';
import { isPending } from '../dimse-status.ts';
import { invalid, respond, type AnyRequest, type ResponseOptions } from './response.ts';

/** What a C-FIND response may say. */
export interface FindResponseOptions extends ResponseOptions {
  /**
   * What matches: its values by keyword, or a stored document. It makes the status 0xFF00, Pending, unless another
   * is given: 0xFF01 says that an optional key was not supported.
   */
  readonly identifier?: DataSetValues | DicomDocument;
}

/** What a C-MOVE or C-GET response may say. */
export interface RetrieveResponseOptions extends ResponseOptions {
  /** Numbers of sub-operations, 0 to 65535. A C-GET's are counted by the service. */
  readonly remaining?: number;
  readonly completed?: number;
  readonly failed?: number;
  readonly warning?: number;
  /** SOP Instance UIDs that were not sent: the Failed SOP Instance UID List of the last response. */
  readonly failedSopInstanceUids?: readonly string[];
}

/**
 * A C-FIND response (PS3.7 section 9.1.2.1, PS3.4 section C.4.1): with an identifier a match, to be yielded; without
 * one the last response, to be returned.
 * @throws PermanentError RESPONSE_INVALID when the request is no C-FIND-RQ, the status no status, or an identifier
 *   comes with a status other than Pending or Pending without one
 * @example `yield findResponse(request, { identifier: { PatientName: 'Doe^Jane' } }); return findResponse(request);`
 */
export function findResponse(
  request: AnyRequest,
  options: FindResponseOptions = {},
): DicomDocument {
  const { identifier, status = identifier ? 0xff00 : 0x0000, comment } = options;
  if (isPending(status) !== (identifier !== undefined)) {
    const why = isPending(status)
      ? 'a pending response needs an identifier'
      : 'only a pending response has an identifier; write status 0xff00 or none';
    throw invalid('findResponse', request, why);
  }
  return respond('findResponse', 'C-FIND', request, {
    status,
    ...(comment === undefined ? {} : { comment }),
    dataSet: identifier,
  });
}

/**
 * A C-MOVE response (PS3.7 section 9.1.4.1, PS3.4 section C.4.2): 0xFF00 with the numbers so far, to be yielded; the
 * last one, with the numbers in the end, to be returned.
 * @throws PermanentError RESPONSE_INVALID when the request is no C-MOVE-RQ, or a number is none
 */
export function moveResponse(
  request: AnyRequest,
  options: RetrieveResponseOptions = {},
): DicomDocument {
  return retrieveResponse('moveResponse', 'C-MOVE', request, options);
}

/**
 * A C-GET response (PS3.7 section 9.1.3.1, PS3.4 section C.4.3). The objects themselves are yielded as C-STORE
 * requests; the service counts what became of them and says so in the last response.
 * @throws PermanentError RESPONSE_INVALID when the request is no C-GET-RQ, or a number is none
 */
export function getResponse(
  request: AnyRequest,
  options: RetrieveResponseOptions = {},
): DicomDocument {
  return retrieveResponse('getResponse', 'C-GET', request, options);
}

function retrieveResponse(
  name: string,
  service: 'C-MOVE' | 'C-GET',
  request: AnyRequest,
  options: RetrieveResponseOptions,
): DicomDocument {
  const { status = 0x0000, comment, failedSopInstanceUids: uids = [] } = options;
  if (isPending(status) && uids.length > 0) {
    throw invalid(name, request, 'only its last response lists what was not sent');
  }
  const elements: CommandElements = {
    ...numbered(name, request, 'numberOfRemainingSuboperations', options.remaining),
    ...numbered(name, request, 'numberOfCompletedSuboperations', options.completed),
    ...numbered(name, request, 'numberOfFailedSuboperations', options.failed),
    ...numbered(name, request, 'numberOfWarningSuboperations', options.warning),
  };
  return respond(name, service, request, {
    status,
    ...(comment === undefined ? {} : { comment }),
    elements,
    dataSet: uids.length > 0 ? { FailedSOPInstanceUIDList: uids } : undefined,
  });
}

function numbered(name: string, request: AnyRequest, element: string, value: number | undefined) {
  if (value === undefined) return {};
  if (Number.isInteger(value) && value >= 0 && value <= 0xffff) return { [element]: value };
  throw invalid(name, request, `${element} is ${value}; write a whole number from 0 to 65535`);
}
