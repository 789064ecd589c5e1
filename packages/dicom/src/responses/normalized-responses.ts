import type { DimseService } from '../association/command-fields.ts';
import { isUid } from '../association/items.ts';
import { isDicomDocument, type DataSetValues, type DicomDocument } from '../document.ts';
import { invalid, respond, type AnyRequest, type ResponseOptions } from './response.ts';

/** What the response of an N- service may say. */
export interface NormalizedResponseOptions extends ResponseOptions {
  /** The attribute list, action reply or event reply: values by keyword, or a stored document. */
  readonly attributes?: DataSetValues | DicomDocument;
}

/** What an N-CREATE response may say. */
export interface CreateResponseOptions extends NormalizedResponseOptions {
  /** The SOP Instance UID of what was created; needed when the request has none (PS3.7 section 10.1.5.1.4). */
  readonly affectedSopInstanceUid?: string;
}

/**
 * The N-CREATE response (PS3.7 section 10.1.5).
 * @throws PermanentError RESPONSE_INVALID when the request is no N-CREATE-RQ, the status no status, or nobody has
 *   given what was created a UID
 */
export function nCreateResponse(
  request: AnyRequest,
  options: CreateResponseOptions = {},
): DicomDocument {
  const { affectedSopInstanceUid: uid, ...others } = options;
  if (uid !== undefined && !isUid(uid)) {
    throw invalid('nCreateResponse', request, 'affectedSopInstanceUid is no UID');
  }
  const response = normalizedResponse('nCreateResponse', 'N-CREATE', request, others);
  const command = {
    ...response.command,
    ...(uid === undefined ? {} : { affectedSopInstanceUid: uid }),
  };
  if (command.status === 0x0000 && command.affectedSopInstanceUid === undefined) {
    throw invalid(
      'nCreateResponse',
      request,
      'the request names no SOP Instance UID; give what was created one as affectedSopInstanceUid',
    );
  }
  return { ...response, command };
}

/**
 * The N-SET response (PS3.7 section 10.1.3).
 * @throws PermanentError RESPONSE_INVALID when the request is no N-SET-RQ or the status no status
 */
export function nSetResponse(
  request: AnyRequest,
  options: NormalizedResponseOptions = {},
): DicomDocument {
  return normalizedResponse('nSetResponse', 'N-SET', request, options);
}

/**
 * The N-GET response (PS3.7 section 10.1.2).
 * @throws PermanentError RESPONSE_INVALID when the request is no N-GET-RQ or the status no status
 */
export function nGetResponse(
  request: AnyRequest,
  options: NormalizedResponseOptions = {},
): DicomDocument {
  return normalizedResponse('nGetResponse', 'N-GET', request, options);
}

/**
 * The N-ACTION response (PS3.7 section 10.1.4), with the Action Type ID of its request.
 * @throws PermanentError RESPONSE_INVALID when the request is no N-ACTION-RQ or the status no status
 */
export function nActionResponse(
  request: AnyRequest,
  options: NormalizedResponseOptions = {},
): DicomDocument {
  return withTypeOf(
    'actionTypeId',
    request,
    normalizedResponse('nActionResponse', 'N-ACTION', request, options),
  );
}

/**
 * The N-EVENT-REPORT response (PS3.7 section 10.1.1), with the Event Type ID of its request.
 * @throws PermanentError RESPONSE_INVALID when the request is no N-EVENT-REPORT-RQ or the status no status
 */
export function nEventReportResponse(
  request: AnyRequest,
  options: NormalizedResponseOptions = {},
): DicomDocument {
  return withTypeOf(
    'eventTypeId',
    request,
    normalizedResponse('nEventReportResponse', 'N-EVENT-REPORT', request, options),
  );
}

/**
 * The N-DELETE response (PS3.7 section 10.1.6).
 * @throws PermanentError RESPONSE_INVALID when the request is no N-DELETE-RQ or the status no status
 */
export function nDeleteResponse(request: AnyRequest, options: ResponseOptions = {}): DicomDocument {
  return normalizedResponse('nDeleteResponse', 'N-DELETE', request, options);
}

function normalizedResponse(
  name: string,
  service: DimseService,
  request: AnyRequest,
  { status, comment, attributes }: NormalizedResponseOptions,
): DicomDocument {
  return respond(name, service, request, {
    ...(status === undefined ? {} : { status }),
    ...(comment === undefined ? {} : { comment }),
    dataSet: attributes,
  });
}

/** The type stands in the response too, where it has a data set (PS3.7 tables 10.3-1 and 10.3-7). */
function withTypeOf(
  element: 'actionTypeId' | 'eventTypeId',
  { body }: AnyRequest,
  response: DicomDocument,
): DicomDocument {
  const type = isDicomDocument(body) ? body.command[element] : undefined;
  if (type === undefined) return response;
  return { ...response, command: { ...response.command, [element]: type } };
}
