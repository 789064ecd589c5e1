import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { EngineError } from '@consort/core';
import { openMessageStore, type OpenMessageStore } from '@consort/store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { paths, type RouteName } from '../api/paths.ts';
import type { Role, Route } from '../api/route.ts';
import { routes } from '../api/routes.ts';
import { openClient } from '../client.ts';
import type { RunningEngine } from '../engine.ts';
import { openDashboard, type Dashboard } from '../open-dashboard.ts';
import { createToken, revokeToken } from './change-tokens.ts';
import { putUser, removeUser } from './change-users.ts';
import { mayCall } from './identity.ts';
import { readUsers, usersFile } from './users-file.ts';

const roles: readonly Role[] = ['viewer', 'operator', 'phi-reader', 'admin'];
const patient = { patientId: 'PID-7', patientName: 'Doe^Jane', accessionNumber: 'ACC-7' };
const password = 'correct horse battery';

let directory: string;
let users: string;
let store: OpenMessageStore;
let dashboard: Dashboard;
const tokens = new Map<Role, string>();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'consort-users-'));
  users = usersFile(directory);
  for (const role of roles) {
    const { token } = await createToken(users, { name: role, roles: [role], days: 1 });
    tokens.set(role, token);
  }
  await putUser(users, { name: 'anna', password, roles: ['operator', 'phi-reader'] });
  store = await openMessageStore(directory);
  await bring();
  dashboard = await openDashboard({
    port: 0,
    reader: store,
    users,
    queues: [],
    // Of a running production there is only the record here: what acts is refused by it, not by the door.
    engine: {
      record: store,
      uploads: join(directory, 'uploads'),
      drawTrace: () => ({ text: '', summary: '' }),
    } as unknown as RunningEngine,
  });
});
afterAll(async () => {
  await dashboard.close();
  await store.close();
  await rm(directory, { recursive: true });
});

describe.each(Object.keys(routes) as RouteName[])('the route %s', (name) => {
  const route: Route = routes[name];

  test('is refused to whoever has not logged in', async () => {
    const status = await asked(name, {});
    if (route.role === 'anyone') expect(status).not.toBe(403);
    else expect(status).toBe(401);
  });

  test.each(roles)('lets a %s in, or not, as its row of the table says', async (role) => {
    const status = await asked(name, { authorization: `Bearer ${tokens.get(role)}` });
    const isAllowed = mayCall({ name: role, roles: [role], how: 'token' }, route);
    if (isAllowed) expect(status).not.toBe(403);
    else expect(status).toBe(403);
  });
});

test('what each role may is what the documentation says', () => {
  const allowed = (role: Role) =>
    (Object.keys(routes) as RouteName[]).filter(
      (name) =>
        (routes[name] as Route).role !== 'anyone' &&
        mayCall({ name: role, roles: [role], how: 'token' }, routes[name]),
    );
  const reading = allowed('viewer');
  expect(reading.every((name) => (routes[name] as Route).role === 'viewer')).toBe(true);
  expect(reading.every((name) => (routes[name] as Route).patientData !== 'all')).toBe(true);
  expect(allowed('phi-reader').filter((name) => !reading.includes(name))).toEqual([
    'document',
    'documentFile',
    'documentFrame',
    'documentDifference',
  ]);
  expect(allowed('operator').filter((name) => !reading.includes(name))).toEqual([
    'updateProduction',
    'changeHost',
    'previewMessages',
    'actOnMessages',
    'resendStudy',
    'echo',
    'testMessage',
    'testFile',
  ]);
  const others = [...reading, ...allowed('phi-reader'), ...allowed('operator')];
  expect(allowed('admin').filter((name) => !others.includes(name))).toEqual([
    'audit',
    'users',
    'addUser',
    'changeRoles',
    'resetPassword',
    'lockUser',
    'unlockUser',
    'removeUser',
    'tokens',
    'createToken',
    'revokeToken',
  ]);
  expect(allowed('admin')).toEqual(
    (Object.keys(routes) as RouteName[]).filter(
      (name) => (routes[name] as Route).role !== 'anyone',
    ),
  );
});

describe('patient data', () => {
  test.each(roles)('is in what is answered to a %s, or nowhere in it', async (role) => {
    const headers = { authorization: `Bearer ${tokens.get(role)}` };
    const sees = role === 'phi-reader' || role === 'admin';
    for (const path of [
      '/api/messages',
      '/api/messages/1',
      '/api/messages/export?format=csv',
      '/api/messages/export?format=ndjson',
      '/api/suspended',
      '/api/studies',
      '/api/images?studyInstanceUid=1.2.3',
      '/api/sessions/1',
    ]) {
      const text = await (await fetch(`${dashboard.url}${path}`, { headers })).text();
      const found = Object.values(patient).filter((value) => text.includes(value));
      if (!sees) expect(found, path).toEqual([]);
      if (path === '/api/messages/1') {
        const { receipts } = JSON.parse(text) as { receipts: { peer: string }[] };
        expect(receipts.map(({ peer }) => peer).toSorted()).toEqual([
          'PACS@10.0.0.1:104',
          sees ? `file:${patient.patientId}/1.dcm` : 'file',
        ]);
      }
      if (!sees) continue;
      if (path !== '/api/suspended') expect(found.length, path).toBeGreaterThan(0);
    }
  });

  test('is not found out by searching for it', async () => {
    const viewer = openClient({ url: dashboard.url, token: tokens.get('viewer')! });
    for (const query of [
      { patientId: 'PID-7' },
      { patientName: 'Doe' },
      { accessionNumber: 'ACC-7' },
    ]) {
      const refused = { status: 403, code: 'FORBIDDEN' };
      await expect(viewer.call('messages', { query })).rejects.toMatchObject(refused);
      const exporting = { query: { ...query, format: 'csv' as const } };
      await expect(viewer.call('exportMessages', exporting)).rejects.toMatchObject(refused);
      await expect(
        viewer.call('saveSearch', { params: { name: 'x' }, body: { filter: query } }),
      ).rejects.toMatchObject(refused);
    }
    const operator = openClient({ url: dashboard.url, token: tokens.get('operator')! });
    const selection = { filter: { patientId: 'PID-7' } };
    await expect(
      operator.call('previewMessages', { body: { verb: 'abort', selection } }),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('a login', () => {
  test('begins a session that a logout and the removal of its user end', async () => {
    const cookie = await login();
    const me = async () => (await fetch(`${dashboard.url}/api/me`, { headers: { cookie } })).json();
    expect(await me()).toEqual({
      user: { name: 'anna', roles: ['operator', 'phi-reader'], how: 'session' },
      isLoginRequired: true,
    });
    await post('/api/logout', {}, { cookie });
    expect(await me()).toEqual({ isLoginRequired: true });

    await putUser(users, { name: 'bert', password, roles: ['viewer'] });
    const his = await login('bert');
    const status = () => statusBy({ cookie: his });
    expect(await status()).toBe(200);
    // Whoever changes his password ends what somebody else has begun with the old one.
    await putUser(users, { name: 'bert', password: `${password} too`, roles: ['viewer'] });
    expect(await status()).toBe(401);
    await putUser(users, { name: 'bert', password, roles: ['viewer'] });
    expect(await status()).toBe(401);
    const again = await login('bert');
    const statusAgain = () => statusBy({ cookie: again });
    expect(await statusAgain()).toBe(200);
    await removeUser(users, 'bert');
    expect(await statusAgain()).toBe(401);
  });

  test('is refused in the same words for a wrong name and a wrong password, and after ten of them to everybody from there', async () => {
    const wrong = await post('/api/login', { name: 'anna', password: 'not hers at all' });
    const unknown = await post('/api/login', { name: 'nobody-here', password });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(await wrong.text()).toBe(await unknown.text());
    let last = wrong;
    for (let count = 0; count < 12 && last.status === 401; count += 1) {
      last = await post('/api/login', { name: 'anna', password: 'not hers at all' });
    }
    expect(last.status).toBe(429);
    // Whoever has a session or a token goes on; whoever wants a new session waits.
    expect(await meBy('not a token of ours')).toBe(429);
    expect(await meBy(tokens.get('viewer')!)).toBe(200);
    expect((await post('/api/login', { name: 'anna', password })).status).toBe(429);
  });

  test('leaves both ways in the audit trail', async () => {
    const trail = await store.auditTrail({ limit: 100 });
    const logins = trail.filter(({ action }) => action === 'login');
    expect(logins.map(({ user, result }) => `${user} ${result}`)).toEqual(
      expect.arrayContaining(['anna done', 'anna LOGIN_FAILED', 'nobody LOGIN_FAILED']),
    );
    // Ten of hers have failed, and more were refused after them.
    for (const result of ['LOGIN_FAILED', 'TOO_MANY_REQUESTS']) {
      const hers = logins.filter((one) => one.user === 'anna' && one.result === result);
      expect(hers).toHaveLength(1);
    }
    const byToken = trail.filter(({ what, user }) => what === 'token' && user === 'nobody');
    expect(byToken.map(({ action }) => action)).toContain('me');
    expect(JSON.stringify(trail)).not.toContain('nobody-here');
    expect(JSON.stringify(trail)).not.toContain('hers');
  });
});

test('the file of users holds neither a password nor a token, and is its owner’s alone', async () => {
  const text = await readFile(users, 'utf8');
  expect((await stat(users)).mode & 0o777).toBe(0o600);
  expect(text).not.toContain(password);
  for (const token of tokens.values()) expect(text).not.toContain(token);
});

test('users and tokens that are made at the same time are all there', async () => {
  const file = usersFile(await mkdtemp(join(directory, 'many-')));
  const names = Array.from({ length: 8 }, (_, index) => `u${index}`);
  await Promise.all(
    names.flatMap((name) => [
      putUser(file, { name, password, roles: ['viewer'] }),
      createToken(file, { name, roles: ['viewer'], days: 1 }),
    ]),
  );
  const kept = await readUsers(file);
  expect(kept.users.map(({ name }) => name).toSorted()).toEqual(names);
  expect(kept.tokens.map(({ name }) => name).toSorted()).toEqual(names);
  expect(await readdir(dirname(file))).toEqual(['users.json']);
});

test('a token that is revoked or has expired is none', async () => {
  const { token, id } = await createToken(users, { name: 'ci', roles: ['viewer'], days: 1 });
  await revokeToken(users, id);
  expect((await readUsers(users)).tokens.map(({ name }) => name)).not.toContain('ci');
  const { status } = await fetch(`${dashboard.url}/api/me`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect([401, 429]).toContain(status);
});

describe('behind a proxy', () => {
  const proxied = {
    'x-forwarded-for': '203.0.113.9, 198.51.100.7',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'consort.example',
  };
  const open = (trustedProxies: readonly string[], file: string | undefined = users) =>
    openDashboard({
      port: 0,
      reader: store,
      queues: [],
      trustedProxies,
      ...(file === undefined ? {} : { users: file }),
      engine: { record: store, uploads: join(directory, 'uploads') } as unknown as RunningEngine,
    });
  const loginAt = (url: string, headers: Record<string, string>, given = password) =>
    fetch(`${url}/api/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ name: 'anna', password: given }),
    });

  test('that is trusted the address, the name and TLS of the browser count', async () => {
    const { url, close } = await open(['10.0.0.7', '127.0.0.0/8']);
    try {
      const origin = { ...proxied, origin: 'https://consort.example' };
      const { status, headers } = await loginAt(url, origin);
      expect([status, headers.get('set-cookie')]).toEqual([
        200,
        expect.stringMatching(/; Secure$/),
      ]);
      expect((await store.auditTrail({ limit: 1 }))[0]?.from).toBe('198.51.100.7');
      let last = 0;
      for (let count = 0; count < 12; count += 1) {
        last = (await loginAt(url, proxied, 'not hers at all')).status;
      }
      expect(last).toBe(429);
      // Who comes from elsewhere through the same proxy is not shut out with him.
      expect((await loginAt(url, { ...proxied, 'x-forwarded-for': '203.0.113.20' })).status).toBe(
        200,
      );
    } finally {
      await close();
    }
  });

  test('that is not, nothing of what it says does', async () => {
    for (const trusted of [[], ['10.0.0.7']]) {
      const { url, close } = await open(trusted);
      try {
        const { status, headers } = await loginAt(url, proxied);
        expect([status, headers.get('set-cookie')]).toEqual([
          200,
          expect.not.stringContaining('Secure'),
        ]);
        expect((await store.auditTrail({ limit: 1 }))[0]?.from).toBe('127.0.0.1');
        const origin = { ...proxied, origin: 'https://consort.example' };
        expect((await loginAt(url, origin)).status).toBe(403);
      } finally {
        await close();
      }
    }
  });

  test('there is no page without users, nor with a proxy that is no address', async () => {
    const unavailable = { code: 'PAGE_UNAVAILABLE' };
    await expect(open(['127.0.0.1'], join(directory, 'none.json'))).rejects.toMatchObject(
      unavailable,
    );
    for (const proxy of ['', 'loopback', '10.0.0.7/0', '10.0.0.0/33', '1.2.3.4/8/8', '*']) {
      await expect(open([proxy]), proxy).rejects.toMatchObject(unavailable);
    }
  });
});

describe('the audit trail', () => {
  const since = async () => (await store.auditTrail({ limit: 1 }))[0]?.id ?? 0;
  const after = async (id: number) =>
    (await store.auditTrail({ limit: 500 }))
      .filter((entry) => entry.id > id)
      .map(({ user, action, what, result }) => `${user} ${action} ${what} ${result}`)
      .toReversed();

  test('does not grow by what is asked without a login', async () => {
    const before = await since();
    for (const name of Object.keys(routes) as RouteName[]) {
      if (name !== 'login') await asked(name, {});
    }
    await post(`/api/hosts/${'x'.repeat(200)}/stop`, {});
    await post('/api/logout', {});
    expect(await after(before)).toEqual([]);
  });

  test('says nothing of what was not as it should be', async () => {
    const before = await since();
    const headers = { authorization: `Bearer ${tokens.get('admin')}` };
    await post(`/api/messages/PID-7`, { selection: {} }, headers);
    expect(await after(before)).toEqual(['token:admin actOnMessages  USAGE']);
  });

  test('says who saw a body, once, and how something was exported', async () => {
    const before = await since();
    const get = async (role: Role, path: string) => {
      const headers = { authorization: `Bearer ${tokens.get(role)}` };
      await (await fetch(`${dashboard.url}${path}`, { headers })).text();
    };
    const { token, id } = await createToken(users, { name: 'x', roles: ['phi-reader'], days: 1 });
    for (let count = 0; count < 3; count += 1) {
      const headers = { authorization: `Bearer ${token}` };
      await fetch(`${dashboard.url}/api/messages/1`, { headers });
    }
    await revokeToken(users, id);
    await get('viewer', '/api/messages/1');
    await get('phi-reader', '/api/messages/export?format=csv&patientId=PID-7');
    await get('viewer', '/api/messages/export?format=ndjson');
    const update = { authorization: `Bearer ${tokens.get('operator')}` };
    await post('/api/production/update', { isDryRun: true }, update);
    await post('/api/production/update', {}, update);
    expect(await after(before)).toEqual([
      'token:x message 1 done',
      'token:phi-reader exportMessages csv by patient done',
      'token:viewer exportMessages ndjson done',
      expect.stringMatching(/^token:operator updateProduction dry run /) as string,
      expect.stringMatching(/^token:operator updateProduction real /) as string,
    ]);
  });
});

test('who may see patient data leaves an entry for each list he looks at, once while it stays open', async () => {
  const before = (await store.auditTrail({ limit: 1 }))[0]?.id ?? 0;
  const { token } = await createToken(users, { name: 'reads', roles: ['phi-reader'], days: 1 });
  const [reader, viewer] = [
    openClient({ url: dashboard.url, token }),
    openClient({ url: dashboard.url, token: tokens.get('viewer')! }),
  ];
  for (let count = 0; count < 3; count += 1) {
    for (const client of [reader, viewer]) {
      await client.call('messages');
      await client.call('messages', { query: { modality: 'CT' } });
      await client.call('studies');
      await client.call('images', { query: { studyInstanceUid: '1.2.3' } });
      await client.call('session', { params: { id: 1 } });
      // Empty, and no patient was asked for.
      await client.call('suspended');
      await client.call('messages', { query: { modality: 'MR' } });
    }
    await reader.call('messages', { query: { patientId: 'PID-7', modality: 'CT' } });
    await reader.call('messages', { query: { patientId: 'PID-8', modality: 'CT' } });
    await reader.call('messages', { query: { patientName: 'Nobody' } });
  }
  const noted = (await store.auditTrail({ limit: 500 })).filter(({ id }) => id > before);
  expect(noted.every(({ user }) => user === 'token:reads')).toBe(true);
  expect(
    noted.map(({ action, what, result }) => `${action} ${what} ${result}`).toReversed(),
  ).toEqual([
    'messages 1 entry done',
    'messages by modality: 1 entry done',
    'studies 1 entry done',
    'images by studyInstanceUid: 1 entry done',
    'session 1 1 entry done',
    'messages by modality, patientId: 1 entry done',
    // Another patient is another view.
    'messages by modality, patientId: 0 entries done',
    'messages by patientName: 0 entries done',
  ]);
  expect(JSON.stringify(noted)).not.toMatch(/PID|Nobody|1\.2\.3/);
});

test('a document whose view cannot be noted is not sent, and is let go of', async () => {
  const bytes = new Readable({ read: () => undefined });
  const audit = () => Promise.reject(new EngineError('STORE_UNAVAILABLE', 'the record is away'));
  const other = await openDashboard({
    port: 0,
    reader: store,
    users,
    queues: [],
    engine: {
      record: { ...store, audit },
      uploads: join(directory, 'uploads'),
      documents: { file: () => Promise.resolve({ bytes, size: 132 }) },
      log: () => undefined,
    } as unknown as RunningEngine,
  });
  try {
    const headers = { authorization: `Bearer ${tokens.get('phi-reader')}` };
    const response = await fetch(`${other.url}/api/documents/1/file`, { headers });
    expect([response.status, await response.json()]).toEqual([
      503,
      { code: 'STORE_UNAVAILABLE', text: 'the record is away' },
    ]);
    expect(bytes.destroyed).toBe(true);
  } finally {
    await other.close();
  }
});

test('a token is not taken for a user, nor either for somebody whom the page knows without', async () => {
  const viewer = openClient({ url: dashboard.url, token: tokens.get('viewer')! });
  expect((await viewer.call('me')).user).toMatchObject({ name: 'token:viewer', how: 'token' });
  for (const name of ['local', 'nobody', 'Local', 'token:viewer']) {
    const refused = { code: 'USAGE' };
    await expect(createToken(users, { name, roles: ['viewer'], days: 1 })).rejects.toMatchObject(
      refused,
    );
    await expect(putUser(users, { name, roles: ['viewer'], password })).rejects.toMatchObject(
      refused,
    );
  }
});

async function statusBy(headers: Record<string, string>): Promise<number> {
  return (await fetch(`${dashboard.url}/api/status`, { headers })).status;
}

async function meBy(token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`${dashboard.url}/api/me`, { headers })).status;
}

/** A request that says nothing but who asks; what is missing in it is refused after the door. */
async function asked(name: RouteName, headers: Record<string, string>): Promise<number> {
  const [method = '', path = ''] = paths[name].split(' ');
  const url = `${dashboard.url}${path.replace(/:(id|other|frame)/g, '1').replaceAll(/:\w+/g, 'x')}`;
  const ending = new AbortController();
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(method === 'GET' ? {} : { 'content-type': 'application/json' }) },
    signal: ending.signal,
    ...(method === 'GET' ? {} : { body: '{}' }),
  });
  ending.abort();
  return response.status;
}

function post(path: string, body: object, headers: Record<string, string> = {}) {
  return fetch(`${dashboard.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

async function login(name = 'anna'): Promise<string> {
  const response = await post('/api/login', { name, password });
  expect(response.status).toBe(200);
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

/** A message that brought an image in. */
async function bring(): Promise<void> {
  const now = new Date().toISOString();
  await store.setProduction({ name: 'Demo', status: 'Running', startedAt: now, heartbeatAt: now });
  await store.send({
    source: 'Door',
    sourceType: 'BusinessService',
    target: 'File',
    targetType: 'BusinessOperation',
    body: {
      type: 'dicom.document',
      document: {
        digest: '7'.repeat(64),
        size: 7,
        transferSyntaxUid: '1.2.840.10008.1.2',
        sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
        attributes: {
          ...patient,
          modality: 'CT',
          studyInstanceUid: '1.2.3',
          seriesInstanceUid: '1.2.3.4',
          sopInstanceUid: '1.2.3.4.5',
        },
      },
    },
    priority: 'Async',
    responseRequired: false,
    arrival: {
      associationId: 'a',
      peerAddress: '127.0.0.1',
      callingAeTitle: 'ORTHANC',
      calledAeTitle: 'IRIS',
    },
  });
  const taken = { digest: '7'.repeat(64), size: 7 };
  // A template may make the name of a file of what names the patient.
  await store.delivered(1, {
    ...taken,
    peer: `file:${patient.patientId}/1.dcm`,
    status: 'written',
  });
  await store.delivered(1, { ...taken, peer: 'PACS@10.0.0.1:104', status: '0000' });
}
