import type { Event, MessageStore, Transport, Variables } from '@consort/core';
import { checkRedis, maskRedisUrl, openTransport, startPrivateRedis } from '@consort/redis';
import { join } from 'node:path';
import { runtimeDirectory } from './control.ts';
import type { RunOptions } from './run-production.ts';

/**
 * Finds the Redis of a run: the one given, or a private redis-server, which `closers` will stop.
 * @returns its URL
 * @throws EngineError REDIS_UNAVAILABLE, REDIS_UNFIT, REDIS_NOT_INSTALLED
 */
export async function openRedis(
  options: RunOptions,
  env: Variables,
  directory: string,
  closers: (() => unknown)[],
  log: (event: Event) => void,
): Promise<string> {
  const warn = (text: string) => log({ type: 'Warning', code: 'REDIS_UNFIT', text });
  const given = options.redisUrl ?? env['REDIS_URL'];
  if (given) {
    const { warnings } = await checkRedis(given, { wait: options.redisWait ?? 30_000 });
    for (const text of warnings) warn(text);
    return given;
  }
  const redis = await startPrivateRedis({
    directory: join(directory, 'redis'),
    socketPath: join(runtimeDirectory(directory), 'redis.sock'),
    warn,
  });
  closers.push(() => redis.stop());
  return redis.url;
}

/** Keeps in the record since when Redis is there or away. */
export async function watchRedis(
  url: string,
  id: string,
  messages: MessageStore,
  closers: (() => unknown)[],
  log: (event: Event) => void,
): Promise<Transport> {
  const transport = await openTransport({ url, prefix: `consort-${id}` });
  closers.push(() => transport.close());
  let wasConnected: boolean | undefined;
  transport.onConnection((isConnected) => {
    if (isConnected === wasConnected) return;
    const isChange = wasConnected !== undefined;
    wasConnected = isConnected;
    const redis = {
      status: isConnected ? 'connected' : 'unavailable',
      url: maskRedisUrl(url),
      since: new Date().toISOString(),
    } as const;
    messages.setProduction({ redis }).catch(() => undefined);
    if (!isChange) return;
    log(
      isConnected
        ? {
            type: 'Info',
            code: 'REDIS_BACK',
            text: 'Redis is there again; the queues are filled from the record',
          }
        : {
            type: 'Error',
            code: 'REDIS_UNAVAILABLE',
            text: 'Redis is away; messages are recorded and go on when it is back',
          },
    );
  });
  return transport;
}
