import { Redis, type RedisOptions } from 'ioredis';
import { parseRedisUrl } from './redis-url.ts';

/**
 * What a connection is for:
 * - `producer`: short commands that fail within a second when Redis is away;
 * - `worker`: commands of workers, which wait for Redis as long as it takes;
 * - `blocking`: one worker's waiting for its next job;
 * - `subscriber`: hints;
 * - `probe`: one look, no second try.
 */
export type ConnectionRole = 'producer' | 'worker' | 'blocking' | 'subscriber' | 'probe';

/**
 * `socketTimeout` is for a server that is gone without a word. It is long, because a thread that was busy that long
 * would take every connection for dead.
 */
const byRole: Record<ConnectionRole, RedisOptions> = {
  producer: {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    // A command whose reply was lost is not sent again: the caller has been told that it failed.
    autoResendUnfulfilledCommands: false,
    commandTimeout: 1000,
    socketTimeout: 10_000,
  },
  worker: { maxRetriesPerRequest: null, socketTimeout: 15_000 },
  // Above the longest wait for a job, or a quiet queue would look like a dead connection.
  blocking: { maxRetriesPerRequest: null, socketTimeout: 20_000 },
  subscriber: { maxRetriesPerRequest: null, commandTimeout: 1000, socketTimeout: 10_000 },
  probe: {
    lazyConnect: true,
    retryStrategy: null,
    enableOfflineQueue: false,
    connectTimeout: 2000,
    commandTimeout: 2000,
    maxLoadingRetryTime: 2000,
  },
};

/**
 * Opens a connection that comes back by itself for ever, at most 2 s after Redis does.
 * It has an `error` listener: a lost Redis is no reason for a process to end.
 * @throws EngineError USAGE when the URL is none of Redis
 */
export function connect(url: string, role: ConnectionRole): Redis {
  const options: Omit<RedisOptions, 'replyMapping'> = {
    protocol: 2,
    disableClientInfo: true,
    connectTimeout: 5000,
    retryStrategy: (times) => Math.min(25 * 2 ** times, 2000),
    // After a failover the connection may lead to a replica; the next one leads to the new primary.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    ...byRole[role],
    ...parseRedisUrl(url),
  };
  const redis = new Redis(options);
  redis.on('error', () => undefined);
  return redis;
}

/**
 * Ends a connection for good. One that has ended already is left alone: ioredis would wait 2 s for its end
 * again, and keep the process alive for that.
 */
export function hangUp(redis: Redis): void {
  if (redis.status !== 'end') redis.disconnect();
}

/** Resolves with true when the connection is ready, with false when it is not within `milliseconds`. */
export function isReadyWithin(redis: Redis, milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    if (redis.status === 'ready') return resolve(true);
    const end = (isReady: boolean) => {
      clearTimeout(timer);
      redis.off('ready', ready);
      resolve(isReady);
    };
    const ready = () => end(true);
    const timer = setTimeout(() => end(false), milliseconds);
    redis.on('ready', ready);
  });
}
