import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { putUser, readUsers, usersFile } from '@consort/dashboard/users';
import { afterEach, beforeEach, expect, test } from 'vitest';

const main = new URL('../main.ts', import.meta.url).pathname;

let data: string;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'consort-user-'));
  const password = 'correct horse battery';
  await putUser(usersFile(data), { name: 'anna', password, roles: ['admin'] });
});
afterEach(() => rm(data, { recursive: true }));

test('a user is locked, unlocked, given other roles and removed, also the last admin', async () => {
  const before = await anna();
  await user('lock', 'anna');
  expect(await anna()).toEqual({ ...before, isLocked: true });
  await user('unlock', 'anna');
  expect(await anna()).toEqual(before);
  await user('roles', 'anna', '--role', 'viewer', 'operator');
  expect(await anna()).toEqual({ ...before, roles: ['viewer', 'operator'] });
  await user('remove', 'anna');
  expect(await anna()).toBeUndefined();
}, 60_000);

test('nobody is changed who is not there, and to nothing that is no role', async () => {
  const before = await anna();
  // Exit codes: 5 not found, 2 usage.
  await expect(user('lock', 'bert')).rejects.toMatchObject({ code: 5 });
  await expect(user('roles', 'anna', '--role', 'chief')).rejects.toMatchObject({ code: 2 });
  expect(await anna()).toEqual(before);
}, 60_000);

async function user(...words: readonly string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [main, 'user', ...words, '--data', data]);
}

async function anna() {
  return (await readUsers(usersFile(data))).users.find(({ name }) => name === 'anna');
}
