import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '@consort/core';
import { startPrivateRedis, type PrivateRedis } from '@consort/redis';
import { openMessageStore, type OpenMessageStore } from '@consort/store';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parsePageAddress, servePage } from './page.ts';
import type { RunningProduction } from './run-production.ts';

let directory: string;
let redis: PrivateRedis;
let messages: OpenMessageStore;
let events: Event[];
let running: RunningProduction;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'page-'));
  redis = await startPrivateRedis({
    directory: join(directory, 'redis'),
    socketPath: join(directory, 'r.sock'),
  });
  messages = await openMessageStore(directory);
  await messages.setProduction({ name: 'Demo', status: 'Running', endpoints: { other: 'kept' } });
});

afterAll(async () => {
  await messages.close();
  await redis.stop();
  await rm(directory, { recursive: true });
});

beforeEach(() => {
  events = [];
  // Of a running production the page needs what is here.
  running = {
    production: {
      name: 'Demo',
      file: join(directory, 'production.yaml'),
      shutdownTimeout: 0,
      updateTimeout: 0,
      testingEnabled: false,
      retention: { completed: Infinity, failed: Infinity, minFreeSpace: 0, refuseBelow: 0 },
      hosts: [],
    },
    id: 'demo',
    dataDirectory: directory,
    pulses: new Map(),
    redisUrl: redis.url,
    messages,
    log: (event: Event) => void events.push(event),
  } as unknown as RunningProduction;
});

describe('the page of a running production', () => {
  test('is served, and its URL is in the record', async () => {
    const page = await servePage(running, {}, '127.0.0.1:0', { env: {} });
    expect((await fetch(`${page?.url}/livez`)).status).toBe(200);
    expect((await messages.production())?.endpoints).toEqual({ other: 'kept', page: page?.url });
    await page?.close();
    await expect(fetch(`${page?.url}/livez`)).rejects.toThrow();
    expect(events).toEqual([]);
  });

  test('is left out when it is off', async () => {
    expect(await servePage(running, {}, 'off', { env: {} })).toBeUndefined();
    expect(events).toEqual([]);
  });

  test('is left out with a Warning when its port is taken, and the production goes on', async () => {
    const other = await listening();
    const { port } = other.address() as AddressInfo;
    expect(await servePage(running, {}, `127.0.0.1:${port}`, { env: {} })).toBeUndefined();
    expect(events).toMatchObject([{ type: 'Warning', code: 'PAGE_UNAVAILABLE' }]);
    expect(events[0]?.text).toContain('--page off');
    other.close();
  });

  test('is served to others only where there is a user, whom a file with his password makes', async () => {
    expect(await servePage(running, {}, '0.0.0.0:0', { env: {} })).toBeUndefined();
    expect(events[0]?.text).toContain('production user add');
    const file = join(directory, 'password');
    await writeFile(file, 'correct horse battery\n');
    const page = await servePage(running, {}, '0.0.0.0:0', {
      env: { CONSORT_PAGE_PASSWORD_FILE: file },
      trustProxy: '10.0.0.7,127.0.0.1',
    });
    expect(page?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${page?.url}/api/status`)).status).toBe(401);
    const login = await fetch(`${page?.url}/api/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'admin', password: 'correct horse battery' }),
    });
    const cookie = login.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(
      /^consort-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/,
    );
    const status = await fetch(`${page?.url}/api/status`, { headers: { cookie } });
    expect(status.status).toBe(200);
    const throughProxy = await fetch(`${page?.url}/api/logout`, {
      method: 'POST',
      headers: { cookie, 'x-forwarded-proto': 'https' },
    });
    expect(throughProxy.headers.get('set-cookie')).toMatch(/; Secure$/);
    await page?.close();
  });
});

describe('--page', () => {
  test.each([
    ['127.0.0.1:7070', { host: '127.0.0.1', port: 7070 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['[::1]:7070', { host: '::1', port: 7070 }],
    ['off', undefined],
  ])('takes %s', (where, address) => {
    expect(parsePageAddress(where)).toEqual(address);
  });

  test.each(['', '7070', ':7070', '127.0.0.1', '127.0.0.1:70700', '::1:7070', 'on'])(
    'does not take %j',
    (where) => {
      expect(() => parsePageAddress(where)).toThrow(expect.objectContaining({ code: 'USAGE' }));
    },
  );
});

async function listening(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
