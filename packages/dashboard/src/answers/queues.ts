import type { Answer } from './context.ts';
import { cursorOf, positionOf } from './cursor.ts';

/** The queues with their counts. */
export const queues: Answer<'queues'> = async (_asked, { reader }) => ({
  queues: await reader.queues(),
});

/** What is in a queue. */
export const queue: Answer<'queue'> = async ({ params: { host }, query }, { reader }) => {
  const [delivered, part] = await Promise.all([
    reader.messages({ host, status: 'Delivered', limit: 500 }),
    reader.waiting(host, query.limit, positionOf(query.cursor)),
  ]);
  return {
    inProgress: delivered.filter((header) => header.targetQueueName === host).toReversed(),
    waiting: part.messages,
    ...(part.next ? { next: cursorOf(part.next) } : {}),
  };
};
