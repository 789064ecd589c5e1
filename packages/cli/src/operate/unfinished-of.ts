import type { MessageReader, MessageStatus } from '@consort/core';

/** How many messages of a host's queue are in each status that is no end. */
export async function unfinishedOf(host: string, messages: MessageReader) {
  const queue = (await messages.queues()).find((one) => one.host === host);
  return [
    ['Queued', queue?.queued ?? 0],
    ['Delivered', queue?.delivered ?? 0],
    ['Deferred', await countInQueue(messages, host, 'Deferred')],
    ['Suspended', await countInQueue(messages, host, 'Suspended')],
  ] as const;
}

/** Page by page: the list of a host has what it sent too, and its own may lie behind any number of those. */
async function countInQueue(messages: MessageReader, host: string, status: MessageStatus) {
  let count = 0;
  let before: number | undefined;
  do {
    const page = await messages.messages({
      host,
      status,
      limit: pageSize,
      ...(before === undefined ? {} : { before }),
    });
    count += page.filter((header) => header.targetQueueName === host).length;
    before = page.length < pageSize ? undefined : page.at(-1)?.id;
  } while (before !== undefined);
  return count;
}

const pageSize = 1_000;
