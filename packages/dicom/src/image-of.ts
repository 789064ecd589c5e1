import { PermanentError, type Document, type Request } from '@consort/core';
import { isDicomDocument, type DicomDocument } from './document.ts';

/**
 * The image that a host is to do something with.
 * @param done what it does with it, for the error: `written`
 * @throws PermanentError NOT_A_STORAGE_REQUEST
 */
export function imageOf(
  { body }: Pick<Request, 'body'>,
  done: string,
): { readonly image: DicomDocument; readonly document: Document } {
  if (isDicomDocument(body) && body.command.commandField === 'C-STORE-RQ' && body.document) {
    return { image: body, document: body.document };
  }
  throw new PermanentError(
    'NOT_A_STORAGE_REQUEST',
    `a ${body.type} is no image that can be ${done}; send this host a C-STORE request`,
  );
}
