import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findRedisServer } from './find-redis-server.ts';

async function folder() {
  const path = await mkdtemp(join(tmpdir(), 'path-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

test('valkey-server does where there is no redis-server', async () => {
  const [first, second] = [await folder(), await folder()];
  await symlink(process.execPath, join(first, 'valkey-server'));
  expect(findRedisServer(`${first}:${second}`)).toBe(join(first, 'valkey-server'));
  await symlink(process.execPath, join(second, 'redis-server'));
  expect(findRedisServer(`${first}:${second}`)).toBe(join(second, 'redis-server'));
});

test('a file that is no program is passed over, and the error says how to install one', async () => {
  const path = await folder();
  await writeFile(join(path, 'redis-server'), '');
  expect(() => findRedisServer(path)).toThrow(
    expect.objectContaining({
      code: 'REDIS_NOT_INSTALLED',
      message: expect.stringMatching(/apt-get install redis-server.*brew install redis.*REDIS_URL/),
    }),
  );
});
