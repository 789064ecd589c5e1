import Database from 'better-sqlite3';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openMessageReader } from './open-message-reader.ts';
import { openMessageStore } from './open-message-store.ts';
import { killedAfter } from './testing-killed-writer.ts';

test.each([1, 300, 1500])(
  'a process killed after at least %i messages leaves everything that had resolved, whole',
  async (least) => {
    const directory = await mkdtemp(join(tmpdir(), 'consort-crash-'));
    try {
      const resolved = await killedAfter(least, directory);

      // Whoever looks while nothing runs sees it too, before anything has mended the log.
      const reader = await openMessageReader(directory);
      const seen = await reader.messages({ limit: 1_000_000 });
      await reader.close();
      const finished = new Set(
        seen.filter(({ status }) => status === 'Completed').map(({ id }) => id),
      );
      expect(resolved.filter((id) => !finished.has(id))).toEqual([]);

      const store = await openMessageStore(directory);
      for (const id of resolved) {
        const message = await store.message(id);
        expect(message?.header).toMatchObject({ status: 'Completed' });
        expect(await store.takeResponse(id)).toMatchObject({ body: { type: 'test.done', id } });
      }
      await store.recover(['Process'], []);
      while (await store.claim('Process', 1_000, 'next')) {
        // Whatever was under way can be claimed again.
      }
      await store.close();
      const database = new Database(join(directory, 'messages.db'));
      expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
      expect(database.pragma('foreign_key_check')).toEqual([]);
      database.close();
    } finally {
      await rm(directory, { recursive: true });
    }
  },
  60_000,
);

test('a log that has gone since a crash is refused, and one that was put away at a close is not', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'consort-crash-'));
  await killedAfter(1, directory);
  const wal = join(directory, 'messages.db-wal');
  await rename(wal, join(directory, 'gone'));
  await expect(openMessageStore(directory)).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringContaining('messages.db-wal is missing') as unknown,
  });
  await rename(join(directory, 'gone'), wal);
  await (await openMessageStore(directory)).close();
  expect(await readdir(directory)).toEqual(['messages.db']);
  await (await openMessageStore(directory)).close();
  await rm(directory, { recursive: true });
}, 60_000);

test('what a crash has left without its database is refused until all that the refusal names is moved away', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'consort-crash-'));
  const file = join(directory, 'messages.db');
  const refused = (text: string) =>
    expect(openMessageStore(directory)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining(text) as unknown,
    });
  await killedAfter(1, directory);
  await truncate(file);
  await refused('begin anew, with messages.db-wal and messages.db-open if they are there');
  await rm(file);
  await refused('move the log away to begin anew, with messages.db-open');
  await rm(`${file}-wal`);
  await refused(`move ${file}-open away to begin anew`);
  expect(existsSync(file)).toBe(false);
  await rm(`${file}-open`);
  await (await openMessageStore(directory)).close();
  await rm(directory, { recursive: true });
}, 60_000);
