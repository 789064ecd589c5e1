import Database from 'better-sqlite3';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, rename, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fileDigest } from '../file-digest.ts';
import { lockDirectory } from '../lock.ts';
import { openMessageStore } from '../messages/open-message-store.ts';
import { killedAfter } from '../messages/testing-killed-writer.ts';
import { makeOlderStore } from '../messages/testing-older-store.ts';
import { documentsOf } from './backup-directory.ts';
import { openRecord } from './record.fixture.ts';

let record: Awaited<ReturnType<typeof openRecord>>;

beforeEach(async () => {
  record = await openRecord();
});
afterEach(() => record.close());

const kept = (digest: string) => record.pathOf(digest, documentsOf(record.backups));

test('a backup of an older version’s record is restored, and the next start brings it up to date', async () => {
  const older = join(record.folder, 'older');
  await mkdir(older);
  await makeOlderStore(older, 'File', [{ type: 'test', n: 1 }]);
  const { manifest } = await record.backUp({ dataDirectory: older });
  expect(manifest).toMatchObject({ schema: '0004-purge', unfinished: 1 });
  await record.restore();
  const store = await openMessageStore(join(record.folder, 'restored'));
  expect(store.upgrade?.steps[0]).toBe('0005-alerts');
  expect((await store.claim('File', 1, 'test'))?.body).toMatchObject({ n: 1 });
  await store.close();
});

describe('a restore after kill -9', () => {
  const file = () => join(record.folder, 'killed', 'messages.db');
  let resolved: readonly number[];

  beforeEach(async () => {
    resolved = await killedAfter(1, join(record.folder, 'killed'));
    await record.backUp({ dataDirectory: join(record.folder, 'killed') });
    expect(existsSync(`${file()}-open`)).toBe(true);
  });
  const restore = () =>
    record.restore({ dataDirectory: join(record.folder, 'killed'), mayReplace: true });

  async function start(): Promise<void> {
    const store = await openMessageStore(join(record.folder, 'killed'));
    for (const id of resolved)
      expect((await store.message(id))?.header).toMatchObject({ status: 'Completed' });
    await store.close();
  }

  test('can be started, and so can the record that it has set aside', async () => {
    const { replaced = '' } = await restore();
    await start();
    await rename(replaced, file());
    await start();
  });

  test('can be started where the log, the database or both have gone, or that is damaged', async () => {
    await unlink(`${file()}-wal`);
    await expect(start()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await restore();
    await start();

    for (const gone of [['-wal', ''], ['']]) {
      await crashAgain();
      for (const suffix of gone) await unlink(file() + suffix);
      await expect(start()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      await restore();
      await start();
    }
    await crashAgain();
    await truncate(file(), 5_000);
    await restore();
    await start();
  });

  async function crashAgain(): Promise<void> {
    await killedAfter(1, join(record.folder, 'killed'));
    expect(existsSync(`${file()}-open`)).toBe(true);
  }
});

describe('a restore changes nothing', () => {
  const restored = () => join(record.folder, 'restored');

  test('where a record is there, unless it may replace that', async () => {
    await record.receive('one');
    await record.backUp();
    const { id } = await record.receive('two');
    await record.whileClosed(async () => {
      await expect(record.restore({ dataDirectory: record.data })).rejects.toMatchObject({
        code: 'RESTORE_REFUSED',
        message: expect.stringContaining('the record of Kept with 2 messages') as unknown,
      });
      const { replaced = '' } = await record.restore({
        dataDirectory: record.data,
        mayReplace: true,
      });
      expect(replaced).toContain('messages.db.replaced-');
      const aside = new Database(replaced, { readonly: true });
      expect(aside.prepare('SELECT max(id) FROM messages').pluck().get()).toBe(id);
      aside.close();
    });
    expect(await record.store.message(id)).toBeUndefined();
    expect(await record.store.depth('File')).toBe(1);
  });

  test('while a production runs there', async () => {
    await record.backUp();
    const lock = lockDirectory(record.data);
    const restore = record.restore({ dataDirectory: record.data, mayReplace: true });
    await expect(restore).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
    lock.release();
  });

  test('from a record that is not as it was taken, or was written by a newer version', async () => {
    const { name } = await record.backUp();
    const snapshot = join(record.backups, name, 'messages.db');
    const whole = await readFile(snapshot);
    await appendFile(snapshot, 'x');
    await expect(record.restore()).rejects.toMatchObject({ code: 'BACKUP_INVALID' });
    await writeFile(snapshot, whole);

    const database = new Database(snapshot);
    database.exec(`INSERT INTO kysely_migration VALUES ('9999-from-the-future', 'now')`);
    database.close();
    const manifest = join(record.backups, name, 'manifest.json');
    const { digest } = await fileDigest(snapshot);
    const text = await readFile(manifest, 'utf8');
    await writeFile(manifest, text.replace(/"sha256": ".*"/, `"sha256": "${digest}"`));
    await expect(record.restore()).rejects.toMatchObject({ code: 'STORE_TOO_NEW' });
    expect(existsSync(restored())).toBe(false);
  });

  test('from a backup that lacks a document, unless it may do without', async () => {
    const one = await record.receive('one');
    const two = await record.receive('two');
    await record.backUp();
    await unlink(kept(one.digest));
    await writeFile(kept(two.digest), 'TWO');
    await expect(record.restore()).rejects.toMatchObject({
      code: 'BACKUP_INVALID',
      message: expect.stringMatching(/^2 documents .* nothing was changed/) as unknown,
    });
    expect(existsSync(restored())).toBe(false);
    const { lacking } = await record.restore({ mayLack: true });
    expect(lacking.map(({ digest }) => digest).toSorted()).toEqual(
      [one.digest, two.digest].toSorted(),
    );
  });

  test('from a directory without backups', async () => {
    await mkdir(record.backups);
    await expect(record.restore()).rejects.toMatchObject({ code: 'BACKUP_INVALID' });
    await record.backUp();
    await expect(record.restore({ name: 'yesterday' })).rejects.toMatchObject({
      code: 'BACKUP_INVALID',
      message: expect.stringMatching(/there are 20\d\d-/) as unknown,
    });
  });
});
