import { EngineError } from '@consort/core';
import type { RedisOptions } from 'ioredis';

/**
 * Says where a Redis is, as ioredis wants it: `redis://`, `rediss://` (TLS), both with optional user, password
 * and `/database`; `redis+unix:///absolute/path.sock`, with an optional `?db=`
 * (a login needs a host's name before the path, which is not looked at: `redis+unix://:password@localhost/…`).
 * @throws EngineError USAGE when it is none of these
 */
export function parseRedisUrl(url: string): RedisOptions {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !['redis:', 'rediss:', 'redis+unix:'].includes(parsed.protocol)) {
    throw new EngineError(
      'USAGE',
      `${JSON.stringify(maskRedisUrl(url))} is no Redis URL; write redis://host:port, rediss://host:port or redis+unix:///path/to/redis.sock`,
    );
  }
  const login = {
    ...(parsed.username ? { username: decodeURIComponent(parsed.username) } : {}),
    ...(parsed.password ? { password: decodeURIComponent(parsed.password) } : {}),
  };
  if (parsed.protocol === 'redis+unix:') {
    const db = Number(parsed.searchParams.get('db') ?? 0);
    return { ...login, path: decodeURIComponent(parsed.pathname), db };
  }
  const host = (parsed.hostname || '127.0.0.1').replace(/^\[|\]$/g, '');
  return {
    ...login,
    host,
    port: Number(parsed.port || 6379),
    db: Number(parsed.pathname.slice(1) || 0),
    ...(parsed.protocol === 'rediss:' ? { tls: { servername: host } } : {}),
  };
}

/** The URL of a Redis that listens on a unix socket. */
export function unixRedisUrl(socketPath: string): string {
  return `redis+unix://${socketPath.split('/').map(encodeURIComponent).join('/')}`;
}

/** A Redis URL as it may be shown: without its password. */
export function maskRedisUrl(url: string): string {
  return url.replace(/^([a-z+]+:\/\/[^/?#]*?):.*@/i, '$1:•••@');
}
