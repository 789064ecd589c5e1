import { EngineError, isFinished, type Message, type MessageHeader } from '@consort/core';
import { checkFilter, shownMessage, shownReceipt } from './patient-data.ts';
import { maySeePatients, type Answer, type AnswerContext } from './context.ts';
import { beforeOf, nextOf } from './cursor.ts';

/** Finds messages. */
export const messages: Answer<'messages'> = async ({ query }, context) => {
  const { cursor, limit, ...filter } = query;
  checkFilter(filter, context);
  const found = await context.reader.search({ ...filter, ...beforeOf(cursor), limit });
  return {
    messages: found.map((one) => shownMessage(one, context)),
    ...nextOf(found, limit, found.at(-1)?.header.id),
  };
};

/** Messages that wait for a person. */
export const suspended: Answer<'suspended'> = ({ query }, context) =>
  messages({ query: { ...query, status: 'Suspended' } }, context);

/** One message with all there is. */
export const message: Answer<'message'> = async ({ params: { id } }, context) => {
  const { reader } = context;
  const [found, read, legs, place] = await Promise.all([
    reader.search({ after: id - 1, before: id + 1, limit: 1 }),
    reader.message(id),
    reader.message(id).then((one) => (one ? reader.legs(one.header.sessionId) : [])),
    reader.place(id),
  ]);
  if (!found[0] || !read) throw noMessage(id);
  return {
    ...shownMessage(found[0], context),
    ...bodyOf(read, context),
    receipts: (legs.find(({ header }) => header.id === id)?.receipts ?? []).map((receipt) =>
      shownReceipt(receipt, context),
    ),
    may: verbsFor(read.header),
    ...(place
      ? {
          place: {
            before: place.before,
            inProgress: place.inProgress.map((header) => header.id),
            isDisabled: place.disabled !== undefined,
          },
        }
      : {}),
  };
};

/** The error of a number that no message has. */
export function noMessage(id: number): EngineError {
  return new EngineError(
    'NOT_FOUND',
    `there is no message ${id}; it may have been purged: production messages lists those that are there`,
  );
}

/** What an operator can do to a message as it is; the record decides again when it is done. */
export function verbsFor(header: MessageHeader): ('resend' | 'resubmit' | 'discard' | 'abort')[] {
  const isRequest = header.type === 'Request' && header.targetBusinessType !== 'Unknown';
  const isSuspended = header.status === 'Suspended';
  return [
    ...(isRequest ? (['resend'] as const) : []),
    ...(isSuspended ? (['resubmit', 'discard'] as const) : []),
    ...(isFinished(header.status) ? [] : (['abort'] as const)),
  ];
}

/** The body may be anything an author has put there: only a phi-reader sees it. */
function bodyOf({ body }: Message, context: AnswerContext) {
  return body && maySeePatients(context) ? { body: structuredClone(body) as { type: string } } : {};
}
