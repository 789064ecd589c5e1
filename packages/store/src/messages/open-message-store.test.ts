import Database from 'better-sqlite3';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NewRequest } from '@consort/core';
import { testMessageStore } from '@consort/testing/conformance';
import { connectMessageStore } from './connect-message-store.ts';
import { messageStorePort, openMessageStore } from './open-message-store.ts';

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

let directory: string;
let opened = 0;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'consort-store-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

testMessageStore('SQLite', () => openMessageStore(join(directory, `store-${++opened}`)));

describe('openMessageStore', () => {
  test('what was recorded is there when the store is opened again, and no log is left', async () => {
    const first = await openMessageStore(directory);
    await first.setProduction({ name: 'Demo' });
    const { id } = await first.send(request);
    const production = await first.production();
    await first.close();
    await expect(stat(join(directory, 'messages.db-wal'))).rejects.toMatchObject({
      code: 'ENOENT',
    });

    const second = await openMessageStore(directory);
    expect((await second.message(id))?.header.status).toBe('Queued');
    expect(await second.production()).toEqual(production);
    await second.close();
  });

  test('nobody else may read the files', async () => {
    const store = await openMessageStore(join(directory, 'data'));
    for (const name of ['messages.db', 'messages.db-wal', 'messages.db-shm']) {
      expect((await stat(join(directory, 'data', name))).mode & 0o077).toBe(0);
    }
    expect((await stat(join(directory, 'data'))).mode & 0o077).toBe(0);
    await store.close();
  });

  test('the log stays the same file while the store is open', async () => {
    const store = await openMessageStore(directory);
    const wal = join(directory, 'messages.db-wal');
    const { ino } = await stat(wal);
    const body = { type: 'test', filling: 'x'.repeat(100_000) };
    for (let n = 0; n < 400; n++) {
      await store.send({ ...request, body: { ...body, n } });
    }
    expect((await stat(wal)).ino).toBe(ino);
    // 40 MB went through: it has been used again from its beginning.
    expect((await stat(wal)).size).toBeLessThan(30_000_000);
    await store.flush();
    await store.close();
  });

  test('a failing call undoes only itself, whoever else is in its transaction', async () => {
    const store = await openMessageStore(directory);
    const sent = await Promise.allSettled([
      store.send(request),
      store.send({ ...request, source: null } as unknown as NewRequest),
      store.send({ ...request, body: { type: 'test', call: (() => 1) as unknown as string } }),
      store.send(request),
    ]);
    expect(sent.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(sent[1]).toMatchObject({ reason: { code: 'STORE_UNAVAILABLE' } });
    expect(sent[2]).toMatchObject({ reason: { code: 'HANDLER_FAILED', name: 'PermanentError' } });
    expect(await store.depth('Process')).toBe(2);
    await store.close();
  });

  test('a store written by a newer version is refused and left as it is', async () => {
    await (await openMessageStore(directory)).close();
    const file = join(directory, 'messages.db');
    const database = new Database(file);
    database.exec(`INSERT INTO kysely_migration VALUES ('9999-from-the-future', 'now')`);
    database.close();
    const before = await readFile(file);
    await expect(openMessageStore(directory)).rejects.toMatchObject({
      code: 'STORE_TOO_NEW',
      message: expect.stringContaining('9999-from-the-future') as unknown,
    });
    expect((await readFile(file)).equals(before)).toBe(true);
  });

  test('a file that is no database is refused by name and left as it is', async () => {
    const file = join(directory, 'messages.db');
    await writeFile(file, 'not a database at all, but long enough to be looked at '.repeat(50));
    await expect(openMessageStore(directory)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining(file) as unknown,
    });
    expect(await readFile(file, 'utf8')).toMatch(/^not a database/);
  });

  test('the database of another program is refused and left as it is', async () => {
    const file = join(directory, 'messages.db');
    const database = new Database(file);
    database.exec('CREATE TABLE theirs (a)');
    database.close();
    const before = await readFile(file);
    await expect(openMessageStore(directory)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('no message store') as unknown,
    });
    expect((await readFile(file)).equals(before)).toBe(true);
  });

  test('an emptied file is refused: it is not a new store', async () => {
    await (await openMessageStore(directory)).close();
    await truncate(join(directory, 'messages.db'));
    const opening = openMessageStore(directory);
    await expect(opening).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  test('a log without its database is refused and kept', async () => {
    const wal = join(directory, 'messages.db-wal');
    await writeFile(wal, 'all that is left');
    const opening = openMessageStore(directory);
    await expect(opening).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await readFile(wal, 'utf8')).toBe('all that is left');
  });

  test('a start that was killed while it made the store is made up for by the next', async () => {
    await writeFile(join(directory, 'messages.db.new'), 'half of a new sto');
    await writeFile(join(directory, 'messages.db.new-wal'), 'and its log');
    const store = await openMessageStore(directory);
    await store.send(request);
    await store.close();
  });

  test('a directory that cannot be made is an error with its name', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    await expect(openMessageStore(join(file, 'data'))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining(file) as unknown,
    });
  });

  test('a full disk rejects with DISK_FULL, loses nothing that was recorded and recovers', async (context) => {
    const mount = join(directory, 'small');
    await mkdir(mount);
    try {
      await run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', mount]);
    } catch {
      context.skip('a small file system can only be mounted as root');
    }
    try {
      const store = await openMessageStore(mount);
      const recorded: number[] = [];
      const fill = async (): Promise<unknown> => {
        for (let n = 0; ; n++) {
          const body = { type: 'test', n, filling: 'x'.repeat(20_000) };
          recorded.push((await store.send({ ...request, body })).id);
        }
      };
      await expect(fill()).rejects.toMatchObject({ code: 'DISK_FULL' });
      expect(await store.depth('Process')).toBe(recorded.length);
      await run('mount', ['-o', 'remount,size=20m', mount]);
      await store.send(request);
      expect(await store.depth('Process')).toBe(recorded.length + 1);
      await store.close();
    } finally {
      await run('umount', [mount]);
    }
  });
});

describe('messageStorePort', () => {
  test('another thread works on the same store', async () => {
    const store = await openMessageStore(directory);
    const port = messageStorePort(store);
    const worker = new Worker(new URL('./testing-client-thread.ts', import.meta.url), {
      workerData: { port, request },
      transferList: [port],
    });
    const sent = await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    const claimed = await store.claim('Process', 1, 'here');
    expect(claimed?.header.id).toBe((sent as { id: number }).id);
    await worker.terminate();
    expect(await store.depth('Process')).toBe(0);
    await store.close();
  });

  test('when the store is closed, calls from elsewhere are refused and none hangs', async () => {
    const store = await openMessageStore(directory);
    const other = connectMessageStore(messageStorePort(store));
    await other.send(request);
    const calls = Array.from({ length: 50 }, () => other.send(request));
    const closing = store.close();
    const settled = await Promise.allSettled([...calls, other.flush()]);
    for (const result of settled) {
      if (result.status === 'rejected') {
        expect(result.reason).toMatchObject({ code: 'STORE_UNAVAILABLE' });
      }
    }
    await closing;
    await expect(other.depth('Process')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await other.close();
  });

  test('closing a connection leaves the store open', async () => {
    const store = await openMessageStore(directory);
    const other = connectMessageStore(messageStorePort(store));
    const sending = other.send(request);
    await other.close();
    await sending;
    expect(await store.depth('Process')).toBe(1);
    await store.close();
  });

  test('a store that has no thread has no ports', async () => {
    const store = await openMessageStore(directory);
    const other = connectMessageStore(messageStorePort(store));
    expect(() => messageStorePort(other)).toThrow(/only one that openMessageStore has opened/);
    await store.close();
  });
});
