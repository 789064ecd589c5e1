import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BusinessType, MessageReader } from '@consort/core';
import { openQueues, openTransport, startPrivateRedis, type PrivateRedis } from '@consort/redis';
import { openMessageStore, type OpenMessageStore } from '@consort/store';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RunningEngine } from './engine.ts';
import { openDashboard, type Dashboard } from './open-dashboard.ts';
import type { MetricsSource } from './metrics/source.ts';
import type { Status } from './status.ts';
import { createToken } from './users/change-tokens.ts';
import { usersFile } from './users/users-file.ts';

const service = 'EnsLib.DICOM.Service.TCP';
const operation = 'Demo.DICOM.Operation.File';
/** What a browser asks for a page with. */
const html = { accept: 'text/html,application/xhtml+xml' };
const index = '<!doctype html><div id="app"></div>';
const prefix = 'consort-dashboard';

let directory: string;
let app: string;
let redis: PrivateRedis;
let queues: ReturnType<typeof openQueues>;
let store: OpenMessageStore;
let dashboard: Dashboard;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'page-'));
  app = join(directory, 'app');
  await mkdir(join(app, 'assets'), { recursive: true });
  await mkdir(join(app, '.vite'));
  await writeFile(join(app, 'index.html'), index);
  await writeFile(join(app, 'icon.svg'), '<svg/>');
  await writeFile(join(app, 'assets/index-1.js'), 'the script');
  await writeFile(join(app, '.vite/manifest.json'), '{}');
  redis = await startPrivateRedis({
    directory: join(directory, 'redis'),
    socketPath: join(directory, 'r.sock'),
  });
  queues = openQueues({ url: redis.url, prefix, hosts: [service, operation] });
});

afterAll(async () => {
  await queues.close();
  await redis.stop();
  await rm(directory, { recursive: true });
});

beforeEach(async () => {
  store = await openMessageStore(await mkdtemp(join(directory, 'store-')));
  dashboard = await openDashboard({ port: 0, reader: store, queues: queues.queues, app });
});

afterEach(async () => {
  await dashboard.close();
  await store.close();
});

describe('the app', () => {
  test('is served under every address that is a page, and nothing else is', async () => {
    for (const path of ['/', '/messages?host=a', '/hosts/Demo.DICOM.Operation.File', '/trace/7']) {
      const { status, text, headers } = await get(path, html);
      expect([path, status, text]).toEqual([path, 200, index]);
      expect(headers['cache-control']).toBe('no-store');
    }
    expect((await get('/api/nothing', html)).status).toBe(404);
    expect((await get('/assets/nothing.js', html)).status).toBe(404);
    expect((await get('/messages')).status).toBe(404);
  });

  test('has its own files, each with its type, and none beside them', async () => {
    const script = await get('/assets/index-1.js');
    expect(script).toMatchObject({ status: 200, text: 'the script' });
    expect(script.headers['content-type']).toContain('text/javascript');
    expect(script.headers['cache-control']).toContain('immutable');
    for (const path of ['/.vite/manifest.json', '/assets/../../x', '/assets/%2e%2e/index.html']) {
      expect([path, (await get(path)).status]).toEqual([path, 404]);
    }
  });

  test('that is not built is one command away, and the API goes on', async () => {
    await using bare = await openDashboardIn(join(directory, 'no app here'));
    const { status, text } = await get('/', html, 'GET', bare.url);
    expect(status).toBe(503);
    expect(text).toContain('<code>npx turbo run build</code>');
    expect((await get('/api/status', {}, 'GET', bare.url)).status).toBe(200);
    expect((await get('/notice.css', {}, 'GET', bare.url)).status).toBe(200);
    expect(text).not.toMatch(/<style|style=|\son[a-z]+=|<script/);
  });

  test('gives way to a notice when the record cannot be read, and the server stays alive', async () => {
    await store.close();
    const page = await get('/', html);
    expect(page.status).toBe(503);
    expect(page.text).toContain('The record cannot be read');
    expect(page.text).toContain('<code>STORE_UNAVAILABLE</code>');
    expect(await get('/api/status')).toMatchObject({ status: 503 });
    expect((await get('/readyz')).status).toBe(503);
    expect((await get('/livez')).status).toBe(200);
  });
});

describe('/api/status', () => {
  test('says that no production has run', async () => {
    expect(await statusOf()).toMatchObject({ hosts: [], refusals: [], events: [] });
    expect(await statusOf()).not.toHaveProperty('production');
  });

  test('shows each host with its counts and its last error', async () => {
    await running();
    for (let count = 0; count < 3; count += 1) await send(service, 'BusinessService', operation);
    const failed = await store.claim(operation, 1, 'a worker');
    await store.finish(failed!.claim, {
      status: 'Error',
      error: { code: 'DISK_FULL', text: 'no space left' },
    });
    const taken = await store.claim(operation, 1, 'a worker');
    const soon = new Date(Date.now() + 60_000).toISOString();
    await store.retrying(taken!.claim, { code: 'HANDLER_FAILED', text: 'not yet' }, soon);

    const { hosts } = await statusOf();
    expect(hosts.map(({ name }) => name)).toEqual([service, operation]);
    expect(hosts[1]).toMatchObject({
      status: 'Running',
      type: 'BusinessOperation',
      queued: 1,
      inProgress: 1,
      retrying: 1,
      failed: 1,
      lastError: expect.objectContaining({ messageId: expect.any(Number) }) as unknown,
    });
    expect(hosts[1]?.oldestQueuedAt).toBeDefined();
  });

  test('goes on showing the messages of a host that the production no longer has', async () => {
    await running();
    await send(service, 'BusinessService', operation);
    await store.removeHostsExcept([service]);
    expect((await statusOf()).hosts).toMatchObject([
      { name: service },
      { name: operation, status: 'Removed', queued: 1 },
    ]);
  });

  test('lists the last 20 events, and what was refused', async () => {
    await running();
    await store.log({ type: 'Warning', code: 'ASSOCIATION_REFUSED', text: 'refused CT1' });
    await store.log({ type: 'Warning', code: 'CONTEXT_REFUSED', text: 'refused a SOP class' });
    for (let count = 0; count < 25; count += 1) {
      await store.log({ type: 'Info', code: 'NOTED', text: `event ${count}` });
    }
    const { refusals, events } = await statusOf();
    expect(refusals.map(({ code }) => code)).toEqual(['CONTEXT_REFUSED', 'ASSOCIATION_REFUSED']);
    expect(events).toHaveLength(20);
    expect(events[0]?.text).toBe('event 24');
  });

  test('does not believe a record of a production whose heartbeat has stopped', async () => {
    await running();
    await store.setProduction({ heartbeatAt: new Date(Date.now() - 60_000).toISOString() });
    expect((await statusOf()).production).toMatchObject({ status: 'Running', heartbeat: 'late' });
  });
});

describe('/readyz', () => {
  test('is 200 only while the production runs, answers and has Redis', async () => {
    expect(await ready()).toEqual([503, ['no production has run on this record']]);
    await running();
    expect(await ready()).toEqual([200, []]);
    await store.setProduction({ redis: { status: 'unavailable' } });
    expect(await ready()).toEqual([503, ['Redis is unavailable']]);
    await store.setProduction({
      status: 'Suspended',
      redis: { status: 'connected' },
      heartbeatAt: new Date(Date.now() - 60_000).toISOString(),
    });
    expect(await ready()).toEqual([503, ['the production is Suspended', 'the heartbeat is late']]);
  });
});

test('/readyz does not wait behind what is searched for', async () => {
  await running();
  const asked = Promise.withResolvers<void>();
  const never = new Promise<never>(() => undefined);
  const reader: MessageReader = {
    ...store,
    production: () => never,
    hosts: () => never,
    search: () => {
      asked.resolve();
      return never;
    },
  };
  const other = await openDashboard({ port: 0, reader, probeReader: store, queues: [], app });
  const searching = get('/api/messages', {}, 'GET', other.url).catch(() => 'cut off');
  await asked.promise;
  expect((await get('/readyz', {}, 'GET', other.url)).status).toBe(200);
  await other.close();
  expect(await searching).toBe('cut off');
});

describe('the door of the page', () => {
  test('answers only to its own name', async () => {
    for (const path of ['/', '/api/status', '/livez', '/queues/bull', '/icon.svg']) {
      expect(await get(path, { host: 'rebound.example:7070' })).toMatchObject({ status: 403 });
    }
    expect(await get('/livez', { host: 'localhost:1' })).toMatchObject({ status: 200 });
  });

  test('lets a link from elsewhere lead to a page, and to nothing that it shows', async () => {
    const linked = { ...html, 'sec-fetch-site': 'cross-site' };
    for (const path of ['/', '/messages']) expect((await get(path, linked)).status).toBe(200);
    for (const path of [
      '/api/status',
      '/%61pi/status',
      `${dashboard.url}/api/status`,
      '/queues/bull',
      '/%71ueues/bull',
      '/queues/bull/api/queues',
      '/livez',
    ]) {
      expect([path, (await raw(path, linked)).status]).toEqual([path, 403]);
    }
  });

  test('goes by the route, however its URL is written', async () => {
    await using shut = await openDashboardWithUsers();
    for (const path of ['/metrics', '/queues/bull', '/queues/bull/api/queues', '/api/status']) {
      const encoded = path.replace(/^\/./, (start) => `/%${start.charCodeAt(1).toString(16)}`);
      for (const written of [path, encoded, `http://x${path}`, `${path}?a=b`]) {
        expect([written, (await raw(written, html, 'GET', shut.url)).status]).toEqual([
          written,
          401,
        ]);
        const token = { ...html, authorization: `Bearer ${shut.token}` };
        expect([written, (await raw(written, token, 'GET', shut.url)).status]).toEqual([
          written,
          200,
        ]);
      }
    }
    expect((await raw('/%71ueues/bull/api/queues/pause', {}, 'PUT')).status).toBe(405);
  });

  test('sends its security headers with every answer, errors included', async () => {
    for (const path of ['/', '/api/status', '/nothing', '/assets/index-1.js', '/queues/bull']) {
      const { headers } = await get(path);
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
    }
    expect((await get('/')).headers['content-security-policy']).not.toContain('unsafe');
    expect((await get('/', { host: 'x' })).headers['content-security-policy']).toBeDefined();
  });

  test('says what to do when its port is taken', async () => {
    const port = Number(new URL(dashboard.url).port);
    const second = openDashboard({ port, reader: store, queues: [] });
    await expect(second).rejects.toMatchObject({ code: 'PAGE_UNAVAILABLE' });
    await expect(second).rejects.toThrow(/another program listens there.*--page off/);
  });

  test('stays shut on an address that strangers can reach', async () => {
    const open = openDashboard({ host: '0.0.0.0', port: 0, reader: store, queues: [] });
    await expect(open).rejects.toMatchObject({ code: 'PAGE_UNAVAILABLE' });
  });
});

test('a file sent by hand that a crash has left is gone once the page is there', async () => {
  const uploads = join(await mkdtemp(join(directory, 'data-')), 'uploads');
  await mkdir(uploads);
  await writeFile(join(uploads, 'left.dcm'), 'DICM');
  // Of a running production the page needs its folder here.
  const engine = { uploads } as unknown as RunningEngine;
  const other = await openDashboard({ port: 0, reader: store, queues: [], app, engine });
  await other.close();
  expect(existsSync(join(uploads, 'left.dcm'))).toBe(false);
});

describe('bull-board', () => {
  test('shows the queues by host, and jobs by host and message type with their ids only', async () => {
    const transport = await openTransport({ url: redis.url, prefix });
    await transport.wake(operation, [{ messageId: 43, sessionId: 41, bodyType: 'dicom.document' }]);
    await transport.close();

    expect((await get('/queues/bull')).status).toBe(200);
    const path = `/queues/bull/api/queues?activeQueue=${operation}&status=waiting&page=1`;
    const board = JSON.parse((await get(path)).text) as Board;
    expect(board.queues.map(({ name }) => name)).toEqual([service, operation]);
    expect(board.queues.every(({ readOnlyMode }) => readOnlyMode)).toBe(true);
    expect(board.queues[1]?.jobs).toMatchObject([
      {
        name: `${operation} dicom.document`,
        data: { messageId: 43, sessionId: 41, type: 'dicom.document' },
      },
    ]);
  });

  test.each([
    ['PUT', '/queues/bull/api/queues/pause'],
    ['PUT', `/queues/bull/api/queues/${operation}/empty`],
    ['PUT', `/queues/bull/api/queues/${operation}/obliterate`],
    ['POST', `/queues/bull/api/queues/${operation}/add`],
    ['DELETE', '/'],
  ])('refuses %s %s', async (method, path) => {
    expect((await get(path, {}, method)).status).toBe(405);
  });

  test('may style its pages inline, and loads no font from outside', async () => {
    const policy = String((await get('/queues/bull')).headers['content-security-policy']);
    expect(policy).toContain("style-src 'self' 'unsafe-inline'");
    expect(policy).not.toContain('http');
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  });
});

interface Board {
  readonly queues: readonly {
    readonly name: string;
    readonly readOnlyMode: boolean;
    readonly jobs: readonly unknown[];
  }[];
}

async function running(name = 'Demo.DICOM'): Promise<void> {
  const now = new Date().toISOString();
  await store.setProduction({
    name,
    status: 'Running',
    startedAt: now,
    heartbeatAt: now,
    recoveries: 0,
    redis: { status: 'connected', since: now },
  });
  await host(service, 'BusinessService', 'listens on 127.0.0.1:2010');
  await host(operation, 'BusinessOperation', 'writes to received');
}

async function host(name: string, type: BusinessType, detail: string): Promise<void> {
  await store.setHost({ name, type, component: 'x', poolSize: 1, status: 'Running', detail });
}

async function send(source: string, sourceType: BusinessType, target: string): Promise<void> {
  await store.send({
    source,
    sourceType,
    target,
    targetType: 'BusinessOperation',
    body: { type: 'dicom.document' },
    priority: 'Async',
    responseRequired: false,
  });
}

async function ready(): Promise<[number | undefined, readonly string[]]> {
  const { status, text } = await get('/readyz');
  return [status, (JSON.parse(text) as { reasons: string[] }).reasons];
}

async function statusOf(): Promise<Status> {
  return JSON.parse((await get('/api/status')).text) as Status;
}

async function openDashboardIn(folder: string) {
  const other = await openDashboard({ port: 0, reader: store, queues: [], app: folder });
  return { url: other.url, [Symbol.asyncDispose]: () => other.close() };
}

async function openDashboardWithUsers() {
  const users = usersFile(await mkdtemp(join(directory, 'users-')));
  const { token } = await createToken(users, { name: 'ci', roles: ['viewer'], days: 1 });
  const metrics: MetricsSource = {
    version: '1.2.3',
    measurements: () => store.measurements(),
    pulses: () => [],
    disk: () => Promise.resolve({ size: 1000, free: 300 }),
  };
  const other = await openDashboard({
    port: 0,
    reader: store,
    queues: queues.queues,
    app,
    users,
    metrics,
  });
  return { url: other.url, token, [Symbol.asyncDispose]: () => other.close() };
}

/** Not fetch: that sends no Host header but its own. */
async function get(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
  url = dashboard.url,
) {
  return raw(new URL(path, url).pathname + new URL(path, url).search, headers, method, url);
}

/** Sends the path as it is written. */
async function raw(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
  url = dashboard.url,
) {
  const outgoing = request(new URL(url), { path, method, headers, agent: false }).end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const text = Buffer.concat((await response.toArray()) as Buffer[]).toString();
  return { status: response.statusCode, headers: response.headers, text };
}
