import Database from 'better-sqlite3';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NewRequest } from '@consort/core';
import { openMessageReader } from './open-message-reader.ts';
import { openMessageStore } from './open-message-store.ts';

const run = promisify(execFile);

const request: NewRequest = {
  source: 'Service',
  sourceType: 'BusinessService',
  target: 'Process',
  targetType: 'BusinessProcess',
  body: { type: 'test' },
  priority: 'Sync',
  responseRequired: true,
};

describe('openMessageReader', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'consort-reader-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  test('where nothing has run yet it says so and makes no file', async () => {
    await expect(openMessageReader(directory)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('nothing has run here yet') as unknown,
    });
    expect(await readdir(directory)).toEqual([]);
  });

  test('it sees what is recorded while the store is open, as soon as it has resolved', async () => {
    const store = await openMessageStore(directory);
    const reader = await openMessageReader(directory);
    expect(await reader.lastSession()).toBeUndefined();
    for (let n = 1; n <= 5; n++) {
      const { id } = await store.send(request);
      expect(await reader.lastSession()).toBe(id);
      expect((await reader.message(id))?.body).toEqual(request.body);
    }
    await store.setProduction({ name: 'Demo', status: 'Running' });
    await store.log({ type: 'Info', code: 'STARTED', text: 'it runs' });
    expect(await reader.production()).toMatchObject({ name: 'Demo', status: 'Running' });
    expect(await reader.queues()).toMatchObject([{ host: 'Process', queued: 5 }]);
    expect(await reader.messages({ host: 'Process' })).toHaveLength(5);
    expect(await reader.session(1)).toHaveLength(1);
    expect(await reader.events()).toHaveLength(1);
    expect(await reader.hosts()).toEqual([]);
    await reader.close();
    await store.send(request);
    await store.close();
  });

  test('it reads a store that was closed, and leaves it fit to be opened', async () => {
    const store = await openMessageStore(directory);
    const { id } = await store.send(request);
    await store.close();
    expect(await readdir(directory)).toEqual(['messages.db']);
    const reader = await openMessageReader(directory);
    expect(await reader.lastSession()).toBe(id);
    await reader.close();
    const again = await openMessageStore(directory);
    expect(await again.depth('Process')).toBe(1);
    await again.close();
  });

  test('it reads a closed store in a directory that cannot be written', async (context) => {
    const store = await openMessageStore(directory);
    const { id } = await store.send(request);
    await store.close();
    try {
      await run('mount', ['--bind', directory, directory]);
    } catch {
      context.skip('a directory can only be made read-only for root as root');
    }
    try {
      await run('mount', ['-o', 'remount,ro,bind', directory]);
      const reader = await openMessageReader(directory);
      expect(await reader.lastSession()).toBe(id);
      await reader.close();
    } finally {
      await run('umount', [directory]);
    }
  });

  test('it refuses a damaged store and one of a newer version', async () => {
    await writeFile(join(directory, 'messages.db'), 'no database '.repeat(500));
    await expect(openMessageReader(directory)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await rm(join(directory, 'messages.db'));
    await (await openMessageStore(directory)).close();
    const database = new Database(join(directory, 'messages.db'));
    database.exec(`INSERT INTO kysely_migration VALUES ('9999-from-the-future', 'now')`);
    database.close();
    await expect(openMessageReader(directory)).rejects.toMatchObject({ code: 'STORE_TOO_NEW' });
  });
});
