import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMessageStore, type OpenMessageStore } from '@consort/store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClient, type Client } from '../client.ts';
import type { RunningEngine } from '../engine.ts';
import { openDashboard, type Dashboard } from '../open-dashboard.ts';
import { createToken } from './change-tokens.ts';
import { putUser } from './change-users.ts';
import { usersFile } from './users-file.ts';

const password = 'correct horse battery';
const other = 'staple correct horse';

let directory: string;
let file: string;
let store: OpenMessageStore;
let dashboard: Dashboard;
/** The admin of the file, logged in. */
let admin: Client;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'consort-manage-'));
  file = usersFile(directory);
  await putUser(file, { name: 'root', password, roles: ['admin'] });
  store = await openMessageStore(directory);
  dashboard = await openDashboard({
    port: 0,
    reader: store,
    users: file,
    queues: [],
    engine: { record: store, uploads: join(directory, 'uploads') } as unknown as RunningEngine,
  });
  admin = await session('root', password);
});
afterAll(async () => {
  await dashboard.close();
  await store.close();
  await rm(directory, { recursive: true });
});

test('a user is added, given other roles, locked, unlocked, given another password and removed', async () => {
  const anna = { name: 'anna', roles: ['viewer'] as const, isLocked: false };
  const params = { name: 'anna' };
  expect(
    await admin.call('addUser', { body: { name: 'anna', password, roles: ['viewer'] } }),
  ).toEqual(anna);
  await expect(
    admin.call('addUser', { body: { name: 'anna', password: other, roles: ['admin'] } }),
  ).rejects.toMatchObject({ code: 'USAGE' });
  const hers = await session('anna', password);
  await expect(hers.call('users')).rejects.toMatchObject({ code: 'FORBIDDEN' });

  await admin.call('changeRoles', { params, body: { roles: ['viewer', 'operator'] } });
  // Her session goes on with what she may do now.
  expect((await hers.call('me')).user?.roles).toEqual(['viewer', 'operator']);

  expect(await admin.call('lockUser', { params })).toMatchObject({ isLocked: true });
  expect((await hers.call('me')).user).toBeUndefined();
  await expect(session('anna', password)).rejects.toMatchObject({ code: 'LOGIN_FAILED' });
  await admin.call('unlockUser', { params });
  const again = await session('anna', password);

  await admin.call('resetPassword', { params, body: { password: other } });
  expect((await again.call('me')).user).toBeUndefined();
  await expect(session('anna', password)).rejects.toMatchObject({ code: 'LOGIN_FAILED' });
  const last = await session('anna', other);

  expect((await admin.call('users')).users.map(({ name }) => name)).toEqual(['anna', 'root']);
  await admin.call('removeUser', { params });
  expect((await last.call('me')).user).toBeUndefined();
  const gone = { code: 'NOT_FOUND' };
  await expect(admin.call('removeUser', { params })).rejects.toMatchObject(gone);
  await expect(admin.call('lockUser', { params })).rejects.toMatchObject(gone);
});

test('the last admin who can log in is neither removed, locked nor demoted', async () => {
  const refused = { status: 409, code: 'LAST_ADMIN' };
  const params = { name: 'root' };
  const viewer = { params, body: { roles: ['viewer' as const] } };
  const all = async () => [
    await admin.call('removeUser', { params }).catch((error: unknown) => error),
    await admin.call('lockUser', { params }).catch((error: unknown) => error),
    await admin.call('changeRoles', viewer).catch((error: unknown) => error),
  ];
  const before = await readFile(file, 'utf8');
  for (const error of await all()) expect(error).toMatchObject(refused);
  // One who is locked is none.
  await admin.call('addUser', { body: { name: 'second', password, roles: ['admin'] } });
  await admin.call('lockUser', { params: { name: 'second' } });
  for (const error of await all()) expect(error).toMatchObject(refused);
  await admin.call('removeUser', { params: { name: 'second' } });
  expect(await readFile(file, 'utf8')).toBe(before);
});

test('a token is shown once, acts with its roles, and is revoked', async () => {
  const body = { name: 'nightly', roles: ['viewer' as const], days: 1 };
  const { id, token, expiresAt } = await admin.call('createToken', { body });
  expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now());
  const listed = await admin.call('tokens');
  expect(listed.tokens).toMatchObject([{ id, name: 'nightly', roles: ['viewer'] }]);
  expect(JSON.stringify(listed)).not.toContain('digest');
  expect(JSON.stringify(listed)).not.toContain(token);
  const program = openClient({ url: dashboard.url, token });
  expect((await program.call('me')).user).toMatchObject({ name: 'token:nightly' });
  await expect(program.call('endOtherSessions')).rejects.toMatchObject({ code: 'USAGE' });
  await admin.call('revokeToken', { params: { id } });
  await expect(program.call('me')).rejects.toMatchObject({ code: 'LOGIN_FAILED' });
  await expect(admin.call('revokeToken', { params: { id } })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('whoever is logged in changes his password and ends his other sessions, and nobody else’s', async () => {
  await admin.call('addUser', { body: { name: 'bert', password, roles: ['viewer'] } });
  const [here, there, elsewhere] = [
    await session('bert', password),
    await session('bert', password),
    await session('bert', password),
  ];
  expect(await here.call('endOtherSessions')).toEqual({ ended: 2 });
  expect((await there.call('me')).user).toBeUndefined();
  expect((await elsewhere.call('me')).user).toBeUndefined();
  expect((await here.call('me')).user).toBeDefined();
  expect((await admin.call('me')).user).toBeDefined();

  const second = await session('bert', password);
  const change = (given: string, newPassword: string) =>
    here.call('changePassword', { body: { password: given, newPassword } });
  await expect(change('not his at all', other)).rejects.toMatchObject({ code: 'LOGIN_FAILED' });
  await expect(change(password, 'too short')).rejects.toMatchObject({ code: 'USAGE' });
  expect(await change(password, other)).toEqual({ isChanged: true });
  expect((await here.call('me')).user).toBeDefined();
  expect((await second.call('me')).user).toBeUndefined();
  await session('bert', other);
  await admin.call('removeUser', { params: { name: 'bert' } });
});

test('every act is in the audit trail, with whom it was about and never with a password', async () => {
  const entries = await store.auditTrail({ limit: 500 });
  const words = entries.map(({ user, action, what, result }) =>
    [user, action, what, result].join(' '),
  );
  for (const expected of [
    'root addUser anna viewer done',
    'root addUser anna admin USAGE',
    'root changeRoles anna viewer, operator done',
    'root lockUser anna done',
    'root unlockUser anna done',
    'root resetPassword anna done',
    'root removeUser anna done',
    'root removeUser root LAST_ADMIN',
    'bert endOtherSessions  done',
    'bert changePassword  LOGIN_FAILED',
    'bert changePassword  done',
  ])
    expect(words).toContain(expected);
  expect(words).toContainEqual(
    expect.stringMatching(/^root createToken nightly viewer as \w+ done$/),
  );
  expect(words).toContainEqual(expect.stringMatching(/^root revokeToken \w+ done$/));
  expect(JSON.stringify(entries)).not.toMatch(/horse|consort_/);
});

test('an admin’s page makes the first user where nobody has to log in yet', async () => {
  const first = usersFile(await mkdtemp(join(directory, 'first-')));
  const local = await openDashboard({ port: 0, reader: store, users: first, queues: [] });
  try {
    const client = openClient({ url: local.url });
    await client.call('addUser', { body: { name: 'anna', password, roles: ['admin'] } });
    expect((await client.call('users')).users).toMatchObject([{ name: 'anna' }]);
  } finally {
    await local.close();
  }
  const next = await openDashboard({ port: 0, reader: store, users: first, queues: [] });
  await expect(openClient({ url: next.url }).call('users')).rejects.toMatchObject({
    code: 'LOGIN_REQUIRED',
  });
  await next.close();
});

test('a page of somebody else makes no browser act on users', async () => {
  const { token } = await createToken(file, { name: 'root', roles: ['admin'], days: 1 });
  const asked = await fetch(`${dashboard.url}/api/users/root`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${token}`, origin: 'http://evil.example' },
  });
  expect(asked.status).toBe(403);
});

/** A browser that has logged in: it keeps the cookie. */
async function session(name: string, given: string): Promise<Client> {
  let cookie = '';
  const client = openClient({
    url: dashboard.url,
    async fetch(input, init) {
      const response = await fetch(input, {
        ...init,
        headers: { ...(init?.headers as Record<string, string>), cookie },
      });
      const set = response.headers.get('set-cookie');
      if (set !== null) cookie = set.split(';')[0] ?? '';
      return response;
    },
  });
  await client.call('login', { body: { name, password: given } });
  return client;
}
