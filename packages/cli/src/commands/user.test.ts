import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { putUser, readUsers, usersFile } from '@consort/dashboard/users';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createProgram } from '../program.ts';

// What the commands write to is opened with its first use, and stays open with the process: that is not this file's doing.
void process.stderr.fd;

let data: string;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'consort-user-'));
  const password = 'correct horse battery';
  await putUser(usersFile(data), { name: 'anna', password, roles: ['admin'] });
});
afterEach(() => rm(data, { recursive: true }));

test('a user is locked, unlocked, given other roles and removed, also the last admin', async () => {
  const before = await anna();
  await production('user', 'lock', 'anna');
  expect(await anna()).toEqual({ ...before, isLocked: true });
  await production('user', 'unlock', 'anna');
  expect(await anna()).toEqual(before);
  await production('user', 'roles', 'anna', '--role', 'viewer', 'operator');
  expect(await anna()).toEqual({ ...before, roles: ['viewer', 'operator'] });
  await production('user', 'remove', 'anna');
  expect(await anna()).toBeUndefined();
});

test('nobody is changed who is not there, and to nothing that is no role', async () => {
  const before = await anna();
  for (const words of [
    ['lock', 'bert'],
    ['unlock', 'bert'],
    ['roles', 'bert', '--role', 'viewer'],
  ])
    await expect(production('user', ...words)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const chief = production('user', 'roles', 'anna', '--role', 'chief');
  await expect(chief).rejects.toMatchObject({ code: 'USAGE' });
  expect(await anna()).toEqual(before);
});

async function production(...words: readonly string[]): Promise<void> {
  const program = await createProgram(words);
  await program.parseAsync([...words, '--data', data], { from: 'user' });
}

async function anna() {
  return (await readUsers(usersFile(data))).users.find(({ name }) => name === 'anna');
}
