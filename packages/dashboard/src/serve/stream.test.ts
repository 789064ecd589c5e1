import type { MessageReader } from '@consort/core';
import { openMessageStore, type OpenMessageStore } from '@consort/store';
import fastify, { type FastifyInstance } from 'fastify';
import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { accessFor } from '../users/access.ts';
import { createToken, revokeToken } from '../users/change-tokens.ts';
import { putUser, removeUser } from '../users/change-users.ts';
import { usersFile } from '../users/users-file.ts';
import { refusalOf } from './refusal.ts';
import { openStream, type Stream } from './stream.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const password = 'correct horse battery';

let directory: string;
let users: string;
let store: OpenMessageStore;
let app: FastifyInstance;
let stream: Stream;
let url: string;
/** What a request for the stream has come to. */
let served: Promise<unknown>[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'consort-stream-'));
  users = usersFile(directory);
  await putUser(users, { name: 'anna', password, roles: ['viewer'] });
  store = await openMessageStore(directory);
});
afterEach(async () => {
  stream.close();
  await app.close();
  await store.close();
  await rm(directory, { recursive: true });
});

/** Serves the stream alone; whether a user still may listen is asked with every look. */
async function serve(reader: MessageReader, file = users): Promise<void> {
  const access = await accessFor(file);
  stream = openStream(reader, { access, seenFor: 0 });
  served = [];
  app = fastify({ forceCloseConnections: true });
  app.setErrorHandler((error, _request, reply) => reply.code(refusalOf(error).status).send());
  app.get('/stream', async (request, reply) => {
    const user = (await access.identify(request))!;
    const serving = stream.serve({ query: {} }, user, request, reply);
    served.push(serving);
    return serving;
  });
  app.post('/login', (request, reply) =>
    access.login(request.body as { name: string; password: string }, request, reply),
  );
  url = await app.listen({ host: '127.0.0.1', port: 0 });
}

const listen = (headers: Record<string, string>) => fetch(`${url}/stream`, { headers });

async function tokenOf(name: string) {
  const { token, id } = await createToken(users, { name, roles: ['viewer'], days: 1 });
  return { id, headers: { authorization: `Bearer ${token}` } };
}

test('a user who is removed and a token that is revoked lose their streams', async () => {
  await serve(store);
  const { id, headers } = await tokenOf('ci');
  const byToken = await listen(headers);
  const login = await fetch(`${url}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'anna', password }),
  });
  const bySession = await listen({ cookie: login.headers.get('set-cookie')!.split(';')[0]! });
  expect([byToken.status, bySession.status]).toEqual([200, 200]);
  await revokeToken(users, id);
  // The text of an answer is there when its stream has ended.
  expect(await byToken.text()).toContain('event: status');
  await removeUser(users, 'anna');
  expect(await bySession.text()).toContain('event: status');
});

test('a user has so many streams, and leaves the others theirs', async () => {
  await serve(store);
  const [one, other] = [await tokenOf('one'), await tokenOf('other')];
  // Held on to: an answer that nobody holds is closed when the memory is tidied.
  const held: Response[] = [];
  while (held.length < 20) held.push(await listen(one.headers));
  expect(held.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
  expect((await listen(one.headers)).status).toBe(429);
  expect((await listen(other.headers)).status).toBe(200);
  await held[0]!.body!.cancel();
  await vi.waitFor(async () => expect((await listen(one.headers)).status).toBe(200), 60_000);
});

test('where nobody logs in the pages are not counted for one user', async () => {
  await serve(store, join(directory, 'nobody.json'));
  const held: Response[] = [];
  while (held.length < 21) held.push(await listen({}));
  expect(held.at(-1)?.status).toBe(200);
});

test('who goes while the record is read is not told anything, ever', async () => {
  const read = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  let looks = 0;
  await serve({
    ...store,
    async events(filter) {
      asked.resolve();
      await read.promise;
      return store.events(filter);
    },
    hosts() {
      looks += 1;
      return store.hosts();
    },
  });
  const gone = Promise.withResolvers<void>();
  app.server.on('connection', (socket) => socket.on('close', () => gone.resolve()));
  const { headers } = await tokenOf('ci');
  const outgoing = get(`${url}/stream`, { headers, agent: false });
  outgoing.on('error', () => {});
  await asked.promise;
  outgoing.destroy();
  await gone.promise;
  read.resolve();
  await Promise.all(served);
  expect(looks).toBe(0);
});
