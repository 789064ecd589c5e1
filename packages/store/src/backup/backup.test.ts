import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { holdDocuments } from '../documents/hold-documents.ts';
import { openMessageStore } from '../messages/open-message-store.ts';
import type { BackupMade } from './back-up.ts';
import { documentsOf } from './backup-directory.ts';
import { lastBackup } from './last-backup.ts';
import { identityOf, openRecord, request } from './record.fixture.ts';
import { findBackup, verifyBackup } from './verify-backup.ts';

const run = promisify(execFile);
const backer = new URL('./testing-backup.ts', import.meta.url).pathname;

let record: Awaited<ReturnType<typeof openRecord>>;

beforeEach(async () => {
  record = await openRecord();
});
afterEach(() => record.close());

const kept = (digest: string) => record.pathOf(digest, documentsOf(record.backups));

describe('a backup of a record that is in use', () => {
  test('holds the record with the documents it names, for nobody else to read, and comes back as it was', async () => {
    const one = await record.receive('one');
    const two = await record.receive('two');
    await record.store.claim('File', 1, 'test');
    const { name, manifest } = await record.backUp();
    await record.receive('three, after the snapshot');

    const production = await record.store.production();
    expect(manifest).toMatchObject({
      production: { id: production?.id, name: 'Kept' },
      messages: 2,
      unfinished: 2,
      documents: { count: 2, bytes: 6 },
      lacking: [],
      hasProductionFile: true,
    });
    expect(await lastBackup(record.data)).toMatchObject({ directory: record.backups, lacking: 0 });
    expect(await readFile(join(record.backups, name, 'production.yaml'), 'utf8')).toBe(
      'name: Kept\n',
    );
    for (const entry of await readdir(record.backups, { recursive: true, withFileTypes: true })) {
      const { mode } = await stat(join(entry.parentPath, entry.name));
      expect([entry.name, mode & 0o777]).toEqual([entry.name, entry.isFile() ? 0o600 : 0o700]);
    }

    const { replaced, lacking } = await record.restore();
    expect([replaced, lacking]).toEqual([undefined, []]);
    const data = join(record.folder, 'restored');
    expect((await stat(join(data, 'messages.db'))).mode & 0o777).toBe(0o600);
    for (const { digest } of [one, two]) {
      const path = record.pathOf(digest, join(data, 'documents'));
      expect(await readFile(path)).toEqual(await readFile(record.pathOf(digest)));
    }
    const restored = await openMessageStore(data);
    expect((await restored.production())?.id).toBe(production?.id);
    const [event] = await restored.events({ code: 'RESTORED', limit: 1 });
    expect(event?.text).toContain(`restored from the backup of ${manifest.takenAt}`);
    // What was in progress is queued again, and in its order.
    await restored.recover(['File'], []);
    expect((await restored.claim('File', 1, 'test'))?.header.id).toBe(one.id);
    expect(await restored.message(two.id + 1)).toBeUndefined();
    // The number of what came after the snapshot may stand in the name of a file: it is not given again.
    const { id } = await restored.send(request);
    expect(id).toBe(1_000_001);
    await restored.close();
  });

  test('adds to the directory what is new, and removes the oldest with what only that named', async () => {
    const first = await record.receive('first');
    const both = await record.receive('both');
    expect((await record.backUp()).documents.copied).toBe(2);
    const before = await identityOf(kept(both.digest));
    await record.finishAndPurge();
    const last = await record.receive('last');

    const second = await record.backUp({ keep: 2 });
    expect(second.documents.copied).toBe(1);
    expect(second.pruned).toEqual({ backups: 0, documents: 0 });
    expect(await identityOf(kept(both.digest))).toEqual(before);

    const third = await record.backUp({ keep: 2 });
    expect(third.documents.copied).toBe(0);
    expect(third.pruned).toEqual({ backups: 1, documents: 1 });
    expect([first, both, last].map(({ digest }) => existsSync(kept(digest)))).toEqual([
      false,
      true,
      true,
    ]);
    const { lacking } = await record.restore({ name: second.name });
    expect(lacking).toEqual([]);
  });

  test('that did not come to its end is none, and the one before it stands', async () => {
    await record.receive('one');
    const whole = await record.backUp();
    const torn = join(record.backups, '2100-01-01T00-00-00-000Z');
    await mkdir(torn);
    await writeFile(join(torn, 'messages.db'), 'half of a snapshot');
    expect((await findBackup(record.backups)).name).toBe(whole.name);
    await record.backUp();
    expect(existsSync(torn)).toBe(false);
    await rename(
      join(record.backups, whole.name, 'manifest.json'),
      join(record.folder, 'manifest.json'),
    );
    const asked = findBackup(record.backups, whole.name);
    await expect(asked).rejects.toMatchObject({ code: 'BACKUP_INVALID' });
  });

  test('says which documents it could not copy, and copies the others', async () => {
    const gone = await record.receive('gone');
    const changed = await record.receive('changed');
    await record.receive('fine');
    await unlink(record.pathOf(gone.digest));
    await writeFile(record.pathOf(changed.digest), 'CHANGED');
    const { manifest, documents } = await record.backUp();
    expect(documents.copied).toBe(1);
    expect(new Map(manifest.lacking.map(({ digest, reason }) => [digest, reason]))).toEqual(
      new Map([
        [gone.digest, 'missing'],
        [changed.digest, 'damaged'],
      ]),
    );
    // It is restored without them: it never had them.
    const { lacking } = await record.restore();
    expect(lacking).toHaveLength(2);
  });

  test('mends the documents of the directory when it looks deep', async () => {
    const { digest } = await record.receive('right');
    await record.backUp();
    await writeFile(kept(digest), 'wrong');
    expect((await record.backUp()).documents.copied).toBe(0);
    expect((await record.backUp({ isDeep: true })).documents.copied).toBe(1);
    expect(await readFile(kept(digest), 'utf8')).toBe('right');
  });

  test('is not made of a damaged record; the one before it stands', async () => {
    for (let n = 0; n < 50; n += 1) await record.receive(`${n}`);
    const { name } = await record.backUp();
    await record.whileClosed(async () => {
      const file = join(record.data, 'messages.db');
      const whole = await readFile(file);
      const broken = Buffer.from(whole);
      broken.fill(0x55, 5 * 4096, 12 * 4096);
      await writeFile(file, broken);
      await expect(record.backUp()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      await writeFile(file, whole);
    });
    expect((await findBackup(record.backups)).name).toBe(name);
    const folders = (await readdir(record.backups)).filter((one) => one.startsWith('20'));
    expect(folders).toEqual([name]);
  });
});

describe('a purge while a backup is under way', () => {
  test('keeps the files that are still to be copied, and takes them afterwards', async () => {
    const { digest } = await record.receive('wanted');
    const hold = await holdDocuments(join(record.data, 'documents'), documentsOf(record.backups));
    await record.finishAndPurge();
    expect(existsSync(record.pathOf(digest))).toBe(true);
    expect(await record.store.unreferencedDocuments(10)).toEqual([digest]);
    // What the backup has need not wait.
    await mkdir(join(documentsOf(record.backups), digest.slice(0, 2)), { recursive: true });
    await writeFile(kept(digest), 'wanted');
    const remove = () => record.documents.remove(digest, () => record.store.forgetDocument(digest));
    expect(await remove()).toBe(true);
    await unlink(kept(digest));

    const other = await record.receive('wanted too');
    await record.finishAndPurge();
    expect(existsSync(record.pathOf(other.digest))).toBe(true);
    hold?.release();
    await utimes(record.pathOf(other.digest), 1, 1);
    expect(
      await record.documents.remove(other.digest, () => record.store.forgetDocument(other.digest)),
    ).toBe(true);
  });

  test('takes nothing from any of the backups that are made meanwhile', async () => {
    const enough = new AbortController();
    const purging = (async () => {
      for (let n = 0; !enough.signal.aborted; n += 1) {
        for (let more = 0; more < 5; more += 1) await record.receive(`${n} ${more}`);
        for (let more = 0; more < 4; more += 1) await record.finishAndPurge();
      }
    })();
    const made: BackupMade[] = [];
    // How much is purged between two backups is the machine's pace, so go on until it was something.
    while (made.length < 4 || !made.some(({ pruned }) => pruned.documents > 0)) {
      made.push(await record.backUp({ keep: 1 }));
    }
    enough.abort();
    await purging;
    expect(made.flatMap(({ manifest }) => manifest.lacking)).toEqual([]);
    expect((await record.restore()).lacking).toEqual([]);
  });
});

describe('a backup is refused', () => {
  test('while another one of the same data is under way', async () => {
    const hold = await holdDocuments(join(record.data, 'documents'), '/elsewhere');
    await expect(record.backUp()).rejects.toMatchObject({
      code: 'BACKUP_REFUSED',
      message: expect.stringMatching(
        /under way already \(process \d+, to \/elsewhere\)/,
      ) as unknown,
    });
    hold?.release();
    await record.backUp();
  });

  test('while another copy of the data is backed up to the directory, which comes to its end whole', async () => {
    await record.receive('one');
    await record.backUp();
    await record.restore();
    const { digest } = await record.receive('two, which the copy does not have');
    const other = () =>
      execFileSync(process.execPath, [backer, join(record.folder, 'restored'), record.backups], {
        encoding: 'utf8',
      });
    const said: string[] = [];
    // The snapshot is taken: the other runs from its begin to its end before a document is copied.
    const progress = { ...record.progress, begin: () => said.push(other()) };
    const { name } = await record.backUp({ progress });
    expect(said).toEqual(['BACKUP_REFUSED']);
    const found = await findBackup(record.backups, name);
    const { damaged } = await verifyBackup(record.backups, found, record.progress);
    expect(damaged).toEqual([]);
    expect(existsSync(kept(digest))).toBe(true);
    expect(other()).toBe('BACKUP_MADE');
  });

  test('where the directory holds something else, and nothing of that is touched', async () => {
    await mkdir(record.backups);
    await writeFile(join(record.backups, 'letter.txt'), 'dear');
    await expect(record.backUp()).rejects.toMatchObject({ code: 'BACKUP_REFUSED' });
    expect(await readdir(record.backups)).toEqual(['letter.txt']);
    await rm(record.backups, { recursive: true });
    await mkdir(record.backups);
    await writeFile(join(record.backups, 'backup-of.json'), '{"id":"another1","name":"Other"}');
    await expect(record.backUp()).rejects.toMatchObject({
      code: 'BACKUP_REFUSED',
      message: expect.stringContaining('another production (Other') as unknown,
    });
  });

  test('into the data directory', async () => {
    const inside = record.backUp({ directory: join(record.data, 'backups') });
    await expect(inside).rejects.toMatchObject({ code: 'BACKUP_REFUSED' });
    const around = record.backUp({ directory: record.folder });
    await expect(around).rejects.toMatchObject({ code: 'BACKUP_REFUSED' });
  });

  test('where the directory has lost its backups, until it is told to begin anew', async () => {
    await record.backUp();
    await rm(record.backups, { recursive: true });
    await expect(record.backUp()).rejects.toMatchObject({
      code: 'BACKUP_REFUSED',
      message: expect.stringContaining('is its disk mounted?') as unknown,
    });
    expect(existsSync(record.backups)).toBe(false);
    await record.backUp({ mayBeginAnew: true });
  });

  test('where there is no room for it; the one before it stands', async (context) => {
    await mkdir(record.backups);
    try {
      await run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', record.backups]);
    } catch {
      context.skip('a small file system can only be mounted as root');
    }
    try {
      await record.receive('small');
      const { name } = await record.backUp();
      await record.receive('large'.repeat(500_000));
      await expect(record.backUp()).rejects.toMatchObject({ code: 'DISK_FULL' });
      expect((await findBackup(record.backups)).name).toBe(name);
      const folders = (await readdir(record.backups)).filter((one) => one.startsWith('20'));
      expect(folders).toEqual([name]);
      expect((await record.restore()).lacking).toEqual([]);
    } finally {
      await run('umount', [record.backups]);
    }
  });

  test('where nothing has run', async () => {
    const nothing = record.backUp({ dataDirectory: join(record.folder, 'nothing') });
    await expect(nothing).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
