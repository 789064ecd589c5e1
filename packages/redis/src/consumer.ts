import { setTimeout as sleep } from 'node:timers/promises';
import { QueueKeys, RedisConnection, RedisQueueBackend, Worker, type WorkerOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Consumer } from '@consort/core';
import { connect } from './connections.ts';
import { openDeliveries } from './deliveries.ts';
import { jobIdOf } from './job-id.ts';

/** What a consumer is opened with. */
export interface ConsumerOptions {
  readonly url: string;
  /** BullMQ's key prefix. */
  readonly prefix: string;
  readonly host: string;
  readonly poolSize: number;
  /** The connection that all workers of a transport share for what does not block. */
  readonly connection: Redis;
  readonly deliver: () => Promise<void>;
  /** Told of what Redis refuses (out of memory, disk full), not of a lost connection. */
  readonly onRefusal: (error: Error) => void;
}

/** How long Redis may take to let a worker go, in milliseconds. */
const goodbye = 5000;
const goodbyeWithoutRedis = 500;

/** A consumer, and what its own thread tells it. */
export interface OpenConsumer extends Consumer {
  /** These have new jobs: see `Deliveries.forget`. */
  forget(jobIds: readonly string[]): void;
}

/**
 * One BullMQ worker: calls `deliver` once per job, at most `poolSize` at a time. What is taken before its job has come is
 * the same delivery.
 * It can be opened and closed while Redis is away, and works again by itself when Redis is back.
 */
export function openConsumer(options: ConsumerOptions): OpenConsumer {
  const { url, prefix, host, poolSize, connection, deliver, onRefusal } = options;
  const blocking = connect(url, 'blocking');
  const stopping = new AbortController();
  const deliveries = openDeliveries(poolSize, deliver);

  const worker = new Worker(
    host,
    ({ id = '' }) => deliveries.job(id),
    {
      connection,
      prefix,
      concurrency: poolSize,
      autorun: false,
      // A stalled job is only a wake-up that comes again: never a reason to fail it.
      maxStalledCount: 1_000_000,
      lockDuration: 10_000,
      stalledInterval: 5000,
      drainDelay: 5,
      runRetryDelay: 500,
      metrics: { maxDataPoints: 60 },
      skipVersionCheck: true,
    },
    (name, opened) => backend(name, { ...opened, prefix }, connection, blocking),
  );
  worker.on('error', () => undefined);
  slowDownWhenRefused(worker, stopping.signal, onRefusal);
  worker.run().catch(() => undefined);

  return {
    take: ({ messageId, fence }, work) => deliveries.take(jobIdOf(messageId, fence - 1), work),
    forget: (jobIds) => deliveries.forget(jobIds),
    async close() {
      stopping.abort();
      const closed = worker.close().catch(() => undefined);
      await deliveries.close();
      const patience = connection.status === 'ready' ? goodbye : goodbyeWithoutRedis;
      await Promise.race([closed, sleep(patience, undefined, { ref: false })]);
      blocking.disconnect();
    },
  };
}

/** BullMQ's own backend on our own connections, which we can end even when Redis does not answer. */
function backend(
  name: string,
  options: WorkerOptions & { prefix: string },
  main: Redis,
  blocking: Redis,
) {
  const shared = { shared: true, blocking: true, skipVersionCheck: true };
  const keys = new QueueKeys(options.prefix);
  return new RedisQueueBackend(
    new RedisConnection(main, shared),
    name,
    keys.getKeys(name),
    (type) => keys.toKey(name, type),
    options,
    new RedisConnection(blocking, shared),
  );
}

/** A worker whose fetch is refused (disk full, out of memory) would ask again at once, for as long as that lasts. */
function slowDownWhenRefused(
  worker: Worker,
  signal: AbortSignal,
  onRefusal: (error: Error) => void,
) {
  const queue = worker.getBackend();
  const moveToActive = queue.moveToActive.bind(queue);
  queue.moveToActive = async (...parameters) => {
    try {
      return await moveToActive(...parameters);
    } catch (error) {
      if (error instanceof Error && error.name === 'ReplyError') onRefusal(error);
      await sleep(1000, undefined, { signal, ref: false }).catch(() => undefined);
      throw error;
    }
  };
}
