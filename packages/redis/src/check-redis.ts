import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { EngineError } from '@consort/core';
import { connect, hangUp } from './connections.ts';
import { maskRedisUrl } from './redis-url.ts';

/** What was found of a Redis that is fit. */
export interface RedisCheck {
  readonly product: 'Redis' | 'Valkey';
  readonly version: string;
  /** What it does when memory is short; absent where it does not say. */
  readonly evictionPolicy?: string;
  /** Whether it keeps an append-only file; absent where it does not say. */
  readonly isAppendOnly?: boolean;
  /** What is allowed but not wise, one sentence each. */
  readonly warnings: readonly string[];
}

const oldest = [6, 2] as const;

/**
 * Waits until Redis answers and says whether it is fit for queues.
 * @param options.wait milliseconds, 30 000 by default
 * @throws EngineError REDIS_UNAVAILABLE when it does not answer in time, or refuses the login;
 *   REDIS_UNFIT when it is older than 6.2 or may evict keys
 */
export async function checkRedis(
  url: string,
  { wait = 30_000, signal }: { readonly wait?: number; readonly signal?: AbortSignal } = {},
): Promise<RedisCheck> {
  const redis = await firstAnswer(url, wait, signal);
  try {
    return await judge(redis, maskRedisUrl(url));
  } finally {
    redis.disconnect();
  }
}

async function firstAnswer(url: string, wait: number, signal?: AbortSignal): Promise<Redis> {
  const deadline = Date.now() + wait;
  for (;;) {
    const { redis, problem } = await tryToConnect(url);
    if (!problem) return redis;
    hangUp(redis);
    if (refusesLogin(problem)) {
      throw new EngineError(
        'REDIS_UNAVAILABLE',
        `Redis at ${maskRedisUrl(url)} refuses the login: ${problem.message}; put user and password in the URL (redis://user:password@host:port)`,
        { cause: problem },
      );
    }
    if (signal?.aborted) throw new EngineError('STOPPING', 'stopped while waiting for Redis');
    if (Date.now() >= deadline) {
      throw new EngineError(
        'REDIS_UNAVAILABLE',
        `Redis at ${maskRedisUrl(url)} did not answer within ${wait / 1000} s: ${problem.message}; start it, or correct the URL`,
        { cause: problem },
      );
    }
    const pause = Math.max(1, Math.min(250, deadline - Date.now()));
    await sleep(pause, undefined, signal ? { signal } : {}).catch(() => undefined);
  }
}

/** One connection; when it fails, with the reason: ioredis itself says only that it is closed. */
export async function tryToConnect(url: string): Promise<{ redis: Redis; problem?: Error }> {
  const redis = connect(url, 'probe');
  let problem: Error | undefined;
  redis.on('error', (error) => (problem = error));
  try {
    await redis.connect();
    await redis.ping();
    return { redis };
  } catch (error) {
    return { redis, problem: problem ?? (error as Error) };
  }
}

function refusesLogin({ message }: Error): boolean {
  return /^(NOAUTH|WRONGPASS|ERR invalid password|ERR AUTH|NOPERM)/.test(message);
}

async function judge(redis: Redis, shownUrl: string): Promise<RedisCheck> {
  const info = parseInfo(await redis.info());
  const product = info.has('valkey_version') ? 'Valkey' : 'Redis';
  const version = info.get('valkey_version') ?? info.get('redis_version') ?? '0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
    throw new EngineError(
      'REDIS_UNFIT',
      `${product} at ${shownUrl} is version ${version}; ${oldest.join('.')} or newer is needed`,
    );
  }
  const policy = (await setting(redis, 'maxmemory-policy')) ?? info.get('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    throw new EngineError(
      'REDIS_UNFIT',
      `${product} at ${shownUrl} has maxmemory-policy ${policy} and would throw queued work away when memory is short; ` +
        'run "CONFIG SET maxmemory-policy noeviction" and put the line "maxmemory-policy noeviction" in redis.conf',
    );
  }
  const warnings =
    info.get('aof_enabled') === '0'
      ? [
          `${product} at ${shownUrl} keeps no append-only file: after it restarts, queued work waits until it is queued again from the record; ` +
            'put "appendonly yes" in redis.conf',
        ]
      : [];
  const aof = info.get('aof_enabled');
  return {
    product,
    version,
    ...(policy === undefined ? {} : { evictionPolicy: policy }),
    ...(aof === undefined ? {} : { isAppendOnly: aof !== '0' }),
    warnings,
  };
}

/** A server's setting, or undefined where CONFIG is forbidden, as with hosted Redis. */
export async function setting(redis: Redis, name: string): Promise<string | undefined> {
  const reply = await redis.config('GET', name).catch(() => undefined);
  return Array.isArray(reply) && typeof reply[1] === 'string' ? reply[1] : undefined;
}

/** The fields of INFO. */
export function parseInfo(info: string): ReadonlyMap<string, string> {
  return new Map(
    info.split(/\r?\n/).flatMap((line): [string, string][] => {
      const colon = line.indexOf(':');
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
    }),
  );
}
