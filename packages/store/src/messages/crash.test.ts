import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openMessageReader } from './open-message-reader.ts';
import { openMessageStore } from './open-message-store.ts';

const writer = fileURLToPath(new URL('./testing-writer.ts', import.meta.url));

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
});

/** Runs a process that records and says what has resolved; kills it in the midst of it. */
async function killedAfter(least: number, directory: string): Promise<readonly number[]> {
  const child = spawn(process.execPath, [writer, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const resolved: number[] = [];
  // Only whole lines count: the last may have been cut.
  for await (const line of createInterface({ input: child.stdout })) {
    if (/^\d+;$/.test(line)) resolved.push(parseInt(line, 10));
    if (resolved.length === least) child.kill('SIGKILL');
  }
  const [, signal] = (await ended) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  expect(resolved.length).toBeGreaterThanOrEqual(least);
  return resolved;
}
