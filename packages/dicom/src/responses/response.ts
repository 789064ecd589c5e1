import { PermanentError, type Message, type MessageBody } from '@consort/core';
import type { DimseService } from '../association/command-fields.ts';
import type { CommandElements } from '../association/command-set.ts';
import {
  isDicomDocument,
  type CommandSet,
  type DataSetValues,
  type DicomDocument,
} from '../document.ts';
import { fitForComment } from './fit-for-comment.ts';

/** A request as `onRequest` is called with it. */
export type AnyRequest = Message & { readonly body: MessageBody };

/** What every response may say. */
export interface ResponseOptions {
  /** PS3.7 annex C; default 0x0000, Success. */
  readonly status?: number;
  /** The Error Comment; made fit for its element: printable ASCII, at most 64 characters. */
  readonly comment?: string;
}

/** What one kind of response is made of. */
export interface ResponseParts extends ResponseOptions {
  readonly elements?: CommandElements;
  /** Given by its values, or as a stored document. */
  readonly dataSet?: DataSetValues | DicomDocument | undefined;
}

/**
 * The response to a request of a service: the request's Message ID, SOP class and instance, a status, a comment.
 * @param name of the function that is called, for its errors
 * @throws PermanentError RESPONSE_INVALID when the request is of another service, or the status is none
 */
export function respond(
  name: string,
  service: DimseService,
  request: AnyRequest,
  { status = 0x0000, comment, elements = {}, dataSet }: ResponseParts,
): DicomDocument {
  const command = commandOf(name, service, request);
  if (!Number.isInteger(status) || status < 0 || status > 0xffff) {
    throw invalid(name, request, `status ${status} is none; write a DIMSE status, 0 to 0xFFFF`);
  }
  const sopClassUid = command.affectedSopClassUid ?? command.requestedSopClassUid;
  const sopInstanceUid = command.affectedSopInstanceUid ?? command.requestedSopInstanceUid;
  const errorComment = comment === undefined ? '' : fitForComment(comment);
  return {
    type: 'dicom.document',
    command: {
      commandField: `${service}-RSP`,
      ...(command.messageId === undefined ? {} : { messageIdBeingRespondedTo: command.messageId }),
      ...(sopClassUid === undefined ? {} : { affectedSopClassUid: sopClassUid }),
      ...(sopInstanceUid === undefined || service === 'C-FIND'
        ? {}
        : { affectedSopInstanceUid: sopInstanceUid }),
      ...elements,
      status,
      ...(errorComment === '' ? {} : { errorComment }),
    },
    ...dataSetOf(dataSet),
  };
}

/** The error of a response that cannot be made. */
export function invalid(name: string, { header }: AnyRequest, why: string): PermanentError {
  return new PermanentError(
    'RESPONSE_INVALID',
    `${name} cannot answer message ${header.id}: ${why}`,
  );
}

function commandOf(name: string, service: DimseService, request: AnyRequest): CommandSet {
  const { body } = request;
  if (isDicomDocument(body) && body.command.commandField === `${service}-RQ`) return body.command;
  const what = isDicomDocument(body) ? `a ${body.command.commandField}` : `a ${body.type}`;
  throw invalid(
    name,
    request,
    `it is ${what}, not a ${service}-RQ; give it the request that onRequest was called with`,
  );
}

function dataSetOf(dataSet: DataSetValues | DicomDocument | undefined) {
  if (dataSet === undefined) return {};
  if (!isDicomDocument(dataSet as MessageBody)) return { dataSet: dataSet as DataSetValues };
  const { document, dataSet: values } = dataSet as DicomDocument;
  return { ...(document ? { document } : {}), ...(values ? { dataSet: values } : {}) };
}
