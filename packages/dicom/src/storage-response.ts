import { PermanentError, type Message, type MessageBody } from '@consort/core';
import { isDicomDocument, type DicomDocument } from './document.ts';
import { fitForComment } from './responses/fit-for-comment.ts';

/**
 * The C-STORE response to a C-STORE request (PS3.7 section 9.3.1.2): what a process returns to answer the PACS.
 * @param options.status a DIMSE status (PS3.7 annex C), 0 to 0xFFFF; default 0x0000, Success
 * @param options.comment the Error Comment; made fit for its element: printable ASCII, at most 64 characters
 * @throws PermanentError NOT_A_STORAGE_REQUEST when the request is no C-STORE request or the status no status
 * @example `return storageResponse(request, { status: 0xa700, comment: 'archive is full' });`
 */
export function storageResponse(
  request: Message & { readonly body: MessageBody },
  options: { readonly status?: number; readonly comment?: string } = {},
): DicomDocument {
  const { header, body } = request;
  const { status = 0x0000, comment } = options;
  if (!isDicomDocument(body) || body.command.commandField !== 'C-STORE-RQ') {
    const what = isDicomDocument(body) ? `a ${body.command.commandField}` : `a ${body.type}`;
    throw new PermanentError(
      'NOT_A_STORAGE_REQUEST',
      `storageResponse cannot answer message ${header.id}: it is ${what}, not a C-STORE request; give it the request that onRequest was called with`,
    );
  }
  if (!Number.isInteger(status) || status < 0 || status > 0xffff) {
    throw new PermanentError(
      'NOT_A_STORAGE_REQUEST',
      `storageResponse cannot answer message ${header.id} with status ${status}; write a DIMSE status, 0 to 0xFFFF`,
    );
  }
  const { messageId, affectedSopClassUid, affectedSopInstanceUid } = body.command;
  const errorComment = comment === undefined ? '' : fitForComment(comment);
  return {
    type: 'dicom.document',
    command: {
      commandField: 'C-STORE-RSP',
      ...(messageId === undefined ? {} : { messageIdBeingRespondedTo: messageId }),
      ...(affectedSopClassUid === undefined ? {} : { affectedSopClassUid }),
      ...(affectedSopInstanceUid === undefined ? {} : { affectedSopInstanceUid }),
      status,
      ...(errorComment === '' ? {} : { errorComment }),
    },
  };
}
