import Database from 'better-sqlite3';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openMessageStore } from './open-message-store.ts';
import { makeOlderStore } from './testing-older-store.ts';

const run = promisify(execFile);
const body = (n: number, filling = '') => ({ type: 'test', n, filling });

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'consort-upgrade-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('a store that an older version has written', () => {
  test('is brought up to date after a copy of it was kept, and what waited in it can be claimed', async () => {
    await makeOlderStore(directory, 'File', [body(1), body(2)]);
    const store = await openMessageStore(directory);
    const { steps, copy = '' } = store.upgrade ?? {};
    expect(steps?.[0]).toBe('0005-alerts');
    expect((await store.claim('File', 1, 'test'))?.body).toMatchObject({ n: 1 });
    expect(await store.alerts({ limit: 1 })).toEqual([]);
    await store.close();

    expect(copy).toMatch(/messages\.db\.before-0005-alerts-\d{4}-\d\d-\d\dT[\d-]+Z$/);
    expect((await stat(copy)).mode & 0o777).toBe(0o600);
    const kept = new Database(copy, { readonly: true });
    expect(kept.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(
      kept.prepare('SELECT status, count(*) AS n FROM messages GROUP BY status').all(),
    ).toEqual([{ status: 'Queued', n: 2 }]);
    expect(kept.prepare(`SELECT max(name) FROM kysely_migration`).pluck().get()).toBe('0004-purge');
    kept.close();
    expect(await copies()).toHaveLength(1);
  });

  test('goes back to the older version by its copy', async () => {
    await makeOlderStore(directory, 'File', [body(1)]);
    const first = await openMessageStore(directory);
    await first.close();
    const copy = await readFile(first.upgrade?.copy ?? '');
    await writeFile(join(directory, 'messages.db'), copy);
    const again = await openMessageStore(directory);
    expect(again.upgrade?.steps[0]).toBe('0005-alerts');
    expect(await again.depth('File')).toBe(1);
    await again.close();
  });

  test('leaves the newest three of its copies', async () => {
    for (const time of ['2025-01-01', '2025-02-01', '2025-03-01', '2025-04-01'])
      await writeFile(join(directory, `messages.db.before-0009-x-${time}T00-00-00-000Z`), '');
    await makeOlderStore(directory, 'File', []);
    await (await openMessageStore(directory)).close();
    expect(await copies()).toEqual([
      expect.stringContaining('before-0005-alerts'),
      'messages.db.before-0009-x-2025-03-01T00-00-00-000Z',
      'messages.db.before-0009-x-2025-04-01T00-00-00-000Z',
    ]);
  });

  test('is left as it is, and the start refused, where its copy has no room', async (context) => {
    const mount = join(directory, 'small');
    await mkdir(mount);
    try {
      await run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', mount]);
    } catch {
      context.skip('a small file system can only be mounted as root');
    }
    try {
      await makeOlderStore(mount, 'File', [body(1, 'x'.repeat(1_200_000))]);
      const before = await readFile(join(mount, 'messages.db'));
      await expect(openMessageStore(mount)).rejects.toMatchObject({
        code: 'DISK_FULL',
        message: expect.stringMatching(/there is no room for a copy .* make room/) as unknown,
      });
      expect((await readFile(join(mount, 'messages.db'))).equals(before)).toBe(true);
      expect(await copies(mount)).toEqual([]);
      await run('mount', ['-o', 'remount,size=20m', mount]);
      const store = await openMessageStore(mount);
      expect(await store.depth('File')).toBe(1);
      await store.close();
    } finally {
      await run('umount', [mount]);
    }
  });
});

test('a new store, and one that is up to date, are not copied', async () => {
  for (const _time of ['new', 'again']) {
    const store = await openMessageStore(directory);
    expect(store.upgrade).toBeUndefined();
    await store.close();
  }
  expect(await copies()).toEqual([]);
});

async function copies(of = directory): Promise<readonly string[]> {
  return (await readdir(of)).filter((name) => name.includes('before')).toSorted();
}
