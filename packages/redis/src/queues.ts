import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { connect } from './connections.ts';

/** The BullMQ queues of a production, for looking at them. */
export interface Queues {
  readonly queues: readonly Queue[];
  close(): Promise<void>;
}

/**
 * Opens the queues of hosts for reading: what bull-board wants, and tests.
 * Reads nothing yet, so it also works while Redis is away; then reads fail within a second.
 */
export function openQueues(options: {
  readonly url: string;
  /** BullMQ's key prefix, as the transport has it. */
  readonly prefix: string;
  readonly hosts: readonly string[];
}): Queues {
  const connection = connect(options.url, 'producer');
  const queues = options.hosts.map((host) => openQueue(host, options.prefix, connection));
  return {
    queues,
    async close() {
      connection.disconnect();
      await Promise.all(queues.map((queue) => queue.close().catch(() => undefined)));
    },
  };
}

/** One host's queue on a connection that is shared and stays the caller's. */
export function openQueue(host: string, prefix: string, connection: Redis): Queue {
  const queue = new Queue(host, {
    connection,
    prefix,
    skipVersionCheck: true,
    // Nobody reads BullMQ's event stream; the record and the trace tell more.
    streams: { events: { maxLen: 100 } },
    defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
  });
  queue.on('error', () => undefined);
  return queue;
}
