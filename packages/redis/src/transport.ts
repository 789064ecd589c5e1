import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { EngineError, type Transport, type WakeUp } from '@consort/core';
import { openBatches, type NewJob } from './batches.ts';
import { connect, hangUp, isReadyWithin } from './connections.ts';
import { openConsumer, type OpenConsumer } from './consumer.ts';
import { openHints } from './hints.ts';
import { jobIdOf } from './job-id.ts';
import { openQueue } from './queues.ts';
import { maskRedisUrl } from './redis-url.ts';

/** What a transport is opened with. */
export interface TransportOptions {
  /** `redis://`, `rediss://` or `redis+unix:///path.sock`. */
  readonly url: string;
  /** BullMQ's key prefix: `consort-` and the production's id. */
  readonly prefix: string;
  /** Told, at most once a minute for each host, what Redis refuses: out of memory, disk full, no permission. */
  readonly warn?: (text: string) => void;
}

/** How long a first connection is waited for, in milliseconds; after that it is opened without one. */
const firstConnection = 2000;

/**
 * Opens the queues of a production for one thread: one BullMQ queue per host, named as the host.
 * Also opens while Redis is away; whoever wants to know calls `checkRedis` before.
 * @throws EngineError USAGE when the URL is none of Redis
 */
export async function openTransport(options: TransportOptions): Promise<Transport> {
  const { url, prefix, warn = () => undefined } = options;
  const producer = connect(url, 'producer');
  const connection = connectionState(producer);
  const hints = openHints(url, `${prefix}:reply`, producer);
  const queues = new Map<string, Queue>();
  const consumers = new Map<string, OpenConsumer>();
  const halfCleared = new Set<string>();
  let workers: Redis | undefined;

  // Every caller leaves it to recovery, so without this nobody would know why images take their time.
  const warnOfRefusal = onceAMinute((error) =>
    warn(`Redis at ${maskRedisUrl(url)} refuses what the queues need: ${error.message}`),
  );

  const queueOf = (host: string): Queue => {
    let queue = queues.get(host);
    if (!queue) queues.set(host, (queue = openQueue(host, prefix, producer)));
    return queue;
  };

  const connected = <Reply>(command: () => Promise<Reply>): Promise<Reply> => {
    if (producer.status !== 'ready') throw new Error('not connected');
    return command();
  };

  /** What every command goes through: fails at once when Redis is away, and in bounded time always. */
  const ask = async <Reply>(what: string, command: () => Promise<Reply>): Promise<Reply> => {
    try {
      return await connected(command);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (error instanceof Error && error.name === 'ReplyError') warnOfRefusal(error);
      throw new EngineError(
        'REDIS_UNAVAILABLE',
        `Redis at ${maskRedisUrl(url)} did not ${what}: ${text}`,
        { cause: error },
      );
    }
  };

  const addAll = async (host: string, jobs: readonly NewJob[]) => {
    await connected(() => queueOf(host).addBulk([...jobs]));
  };
  const batches = openBatches(addAll);

  const resume = (host: string) =>
    queueOf(host)
      .resume()
      .then(() => halfCleared.delete(host));

  connection.listen((isConnected) => {
    if (isConnected) for (const host of halfCleared) resume(host).catch(() => undefined);
  });

  await isReadyWithin(producer, firstConnection);

  return {
    wake: (host, wakeUps) =>
      ask(`take ${wakeUps.length} wake-up(s) for ${host}`, async () => {
        const [first, ...more] = wakeUps.map((wakeUp) => job(host, wakeUp));
        if (!first) return;
        consumers.get(host)?.forget([first, ...more].map(({ opts: { jobId } }) => jobId));
        if (more.length > 0) return addAll(host, [first, ...more]);
        await batches.add(host, first);
      }),

    consume(host, poolSize, deliver) {
      workers ??= connect(url, 'worker');
      const consumer = openConsumer({
        url,
        prefix,
        host,
        poolSize,
        connection: workers,
        deliver,
        onRefusal: onceAMinute((error) =>
          warn(`${host} gets no work from Redis: ${error.message}`),
        ),
      });
      consumers.set(host, consumer);
      return {
        take: consumer.take,
        async close() {
          await consumer.close();
          if (consumers.get(host) === consumer) consumers.delete(host);
        },
      };
    },

    waiting: (host) =>
      ask(`count what waits for ${host}`, async () => {
        await batches.flush(); // What is on its way is counted too.
        const counts = await queueOf(host).getJobCounts('wait', 'prioritized', 'delayed');
        return Object.values(counts).reduce((sum, count) => sum + count, 0);
      }),

    clear: (host) =>
      ask(`empty the queue of ${host}`, async () => {
        // BullMQ empties only a paused queue; one that stayed paused would never work again.
        halfCleared.add(host);
        try {
          await queueOf(host).obliterate({ force: true });
          halfCleared.delete(host);
        } catch (error) {
          await resume(host).catch(() => undefined);
          throw error;
        }
      }),

    hint: (requestId) => hints.send(requestId),
    onHint: (listener) => hints.listen(listener),
    onConnection: (listener) => connection.listen(listener),

    async close() {
      await Promise.all([...consumers.values()].map((consumer) => consumer.close()));
      await batches.flush();
      hints.close();
      connection.close();
      // Lets what was sent last, a hint say, still go out.
      if (producer.status === 'ready') await producer.quit().catch(() => undefined);
      hangUp(producer);
      workers?.disconnect();
      await Promise.all([...queues.values()].map((queue) => queue.close().catch(() => undefined)));
    },
  };
}

function job(host: string, { messageId, sessionId, bodyType, after, fence = 0 }: WakeUp): NewJob {
  const stay = jobIdOf(messageId, fence);
  return {
    name: `${host} ${bodyType}`,
    data: { messageId, sessionId, type: bodyType },
    // BullMQ ignores an id that is still at work.
    opts: { jobId: after === undefined ? stay : `${stay}-${after}` },
  };
}

/** Whether a connection stands, and who wants to know. */
function connectionState(redis: Redis) {
  const listeners = new Set<(isConnected: boolean) => void>();
  let isConnected = redis.status === 'ready';
  const become = (next: boolean) => {
    if (next === isConnected) return;
    isConnected = next;
    for (const listener of listeners) listener(next);
  };
  redis.on('ready', () => become(true));
  redis.on('close', () => become(false));
  // An idle connection does not notice a server that is gone without a word.
  const heartbeat = setInterval(() => {
    if (redis.status === 'ready') redis.ping().catch(() => undefined);
  }, 5000);
  heartbeat.unref();

  return {
    listen(listener: (isConnected: boolean) => void): () => void {
      listeners.add(listener);
      listener(isConnected);
      return () => void listeners.delete(listener);
    },
    close() {
      clearInterval(heartbeat);
      listeners.clear();
    },
  };
}

function onceAMinute(tell: (error: Error) => void): (error: Error) => void {
  let last = -Infinity;
  return (error) => {
    if (Date.now() - last < 60_000) return;
    last = Date.now();
    tell(error);
  };
}
