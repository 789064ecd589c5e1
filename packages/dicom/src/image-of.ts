import { PermanentError, type Document, type Request } from '@consort/core';
import { isDicomDocument, type DicomDocument } from './document.ts';

/**
 * The image that an operation is to bring somewhere.
 * @param done what is done with it there, for the error: `written`
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
    `a ${body.type} is no image that can be ${done}; send this operation a C-STORE request`,
  );
}
