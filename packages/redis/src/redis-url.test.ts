import { expect, test } from 'vitest';
import { maskRedisUrl, parseRedisUrl, unixRedisUrl } from './redis-url.ts';

test('a redis URL names host, port, login and database', () => {
  expect(parseRedisUrl('redis://me:p%40ss@cache.example:7000/3')).toEqual({
    host: 'cache.example',
    port: 7000,
    username: 'me',
    password: 'p@ss',
    db: 3,
  });
});

test('a rediss URL asks for TLS with the name of the host', () => {
  expect(parseRedisUrl('rediss://cache.example')).toMatchObject({
    port: 6379,
    tls: { servername: 'cache.example' },
  });
});

test('the host of an IPv6 URL has no brackets', () => {
  expect(parseRedisUrl('redis://[::1]:7000')).toMatchObject({ host: '::1', port: 7000 });
});

test('a socket path with odd characters survives the way through its URL', () => {
  const path = '/var/lib/my data/#1?/%41/ü.sock';
  expect(parseRedisUrl(unixRedisUrl(path))).toEqual({ path, db: 0 });
});

test.each(['http://host', 'localhost:6379', '', 'redis'])(
  '%j is refused as no Redis URL',
  (url) => {
    expect(() => parseRedisUrl(url)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  },
);

test('a shown URL has no password', () => {
  expect(maskRedisUrl('redis://me:secret@host:1/0')).toBe('redis://me:•••@host:1/0');
  expect(maskRedisUrl('rediss://:s@cr:et@host')).toBe('rediss://:•••@host');
  expect(maskRedisUrl('redis://host:6379')).toBe('redis://host:6379');
  expect(() => parseRedisUrl('reddis://me:secret@host')).toThrow(/^(?!.*secret)/);
});
