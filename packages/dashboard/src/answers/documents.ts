import { EngineError, type Document, type MessageBody } from '@consort/core';
import { engineOf, type Answer, type AnswerContext } from './context.ts';
import { noMessage } from './messages.ts';

/** The data elements of what a message carries. */
export const document: Answer<'document'> = async ({ params: { id } }, context) => {
  const { documents } = engineOf(context);
  const body = await bodyWithDocument(id, context);
  const shown = await documents.elements(body);
  return {
    messageId: id,
    document: body.document,
    fileMetaInformation: await documents.fileMetaInformation(body.document),
    ...shown,
  };
};

/** What the document of another message has otherwise. */
export const documentDifference: Answer<'documentDifference'> = async ({ params }, context) => {
  const { documents } = engineOf(context);
  const before = await bodyWithDocument(params.id, context);
  const after = await bodyWithDocument(params.other, context);
  if (before.document.digest === after.document.digest) {
    return { isSame: true, changes: [], isCut: false };
  }
  return documents.difference(before, after);
};

/** The body of a message that carries a document. @throws EngineError NOT_FOUND */
export async function bodyWithDocument(
  id: number,
  { reader }: AnswerContext,
): Promise<MessageBody & { readonly document: Document }> {
  const found = await reader.message(id);
  if (!found) throw noMessage(id);
  const { body } = found;
  if (!body?.document) throw new EngineError('NOT_FOUND', `message ${id} carries no document`);
  return { ...body, document: body.document };
}
