import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { checkRedis } from './check-redis.ts';
import { parseRedisUrl } from './redis-url.ts';
import { startTestRedis } from './test-redis.ts';

async function redisWith(...settings: string[]) {
  const redis = await startTestRedis(...settings);
  onTestFinished(() => redis.remove());
  return redis;
}

function withLogin(url: string, login: string) {
  return url.replace('//', `//${login}@localhost`);
}

/** A stand-in for servers that cannot be installed here: answers INFO as they would, and forbids CONFIG. */
async function impostor(info: string) {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      for (const [, name] of data.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
        const command = name?.toLowerCase();
        if (command === 'info') socket.write(`$${info.length}\r\n${info}\r\n`);
        else if (command === 'config') socket.write('-ERR unknown command CONFIG\r\n');
        else socket.write('+PONG\r\n');
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a fit Redis is told with its version and without warnings', async () => {
  const { url } = await redisWith('--appendonly', 'yes');
  const check = await checkRedis(url);
  expect(check).toMatchObject({
    product: 'Redis',
    evictionPolicy: 'noeviction',
    isAppendOnly: true,
    warnings: [],
  });
  expect(check.version).toMatch(/^\d+\.\d+/);
});

test('a Redis without an append-only file is fit, with a warning', async () => {
  const { url } = await redisWith();
  expect(await checkRedis(url)).toMatchObject({
    isAppendOnly: false,
    warnings: [expect.stringContaining('appendonly yes')],
  });
});

test('a Redis that evicts is unfit, and the message has the line that cures it', async () => {
  const { url } = await redisWith('--maxmemory-policy', 'allkeys-lru');
  await expect(checkRedis(url)).rejects.toMatchObject({
    code: 'REDIS_UNFIT',
    message: expect.stringMatching(
      /allkeys-lru.*CONFIG SET maxmemory-policy noeviction.*redis\.conf/,
    ),
  });
});

test('where CONFIG is forbidden, INFO says whether keys are evicted', async () => {
  const { url } = await redisWith(
    '--maxmemory-policy',
    'volatile-ttl',
    '--rename-command',
    'CONFIG',
    '',
  );
  await expect(checkRedis(url)).rejects.toMatchObject({ code: 'REDIS_UNFIT' });
});

test('a Redis that is too old is unfit', async () => {
  const url = await impostor('redis_version:6.0.16\r\nloading:0\r\n');
  await expect(checkRedis(url)).rejects.toMatchObject({
    code: 'REDIS_UNFIT',
    message: expect.stringContaining('6.0.16; 6.2 or newer'),
  });
});

test('Valkey is told as Valkey', async () => {
  const url = await impostor(
    'redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.1\r\n',
  );
  expect(await checkRedis(url)).toEqual({ product: 'Valkey', version: '8.1.1', warnings: [] });
});

test('a Redis that comes late is waited for', async () => {
  const redis = await redisWith();
  await redis.stop();
  const check = checkRedis(redis.url);
  await redis.start();
  await expect(check).resolves.toMatchObject({ product: 'Redis' });
});

test('a Redis that does not come is told with its URL, without the password, and the wait', async () => {
  const redis = await redisWith();
  await redis.stop();
  const url = withLogin(redis.url, 'me:secret');
  expect(parseRedisUrl(url)).toMatchObject({ password: 'secret' });
  const error = await checkRedis(url, { wait: 300 }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code: 'REDIS_UNAVAILABLE',
    message: expect.stringContaining(redis.socketPath),
  });
  expect(String(error)).toContain('within 0.3 s');
  expect(String(error)).not.toContain('secret');
});

test('a wrong password is told at once, not waited out', async () => {
  const { url } = await redisWith('--requirepass', 'right');
  for (const wrong of [url, withLogin(url, ':wrong')]) {
    await expect(checkRedis(wrong)).rejects.toMatchObject({
      code: 'REDIS_UNAVAILABLE',
      message: expect.stringContaining('refuses the login'),
    });
  }
  const signedIn = await checkRedis(withLogin(url, ':right'));
  expect(signedIn.product).toBe('Redis');
});
