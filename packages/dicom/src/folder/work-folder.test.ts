import { link, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFolders, type Folders } from './folders.ts';
import { putAmongErrors, putAway } from './put-away.ts';
import { takingId, workFolder } from './work-folder.ts';

let folder: string;
let folders: Folders;
const put = (name: string, text = name) => writeFile(join(folders.files, name), text);
const inFiles = async () =>
  (await readdir(folders.files)).filter((name) => !folders.skipped.has(name)).toSorted();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consort-work-'));
  folders = await openFolders(
    { filePath: join(folder, 'in'), archivePath: join(folder, 'done') },
    () => 'production.yaml',
  );
});
afterEach(() => rm(folder, { recursive: true }));

describe('workFolder', () => {
  it('has what was taken, for its own service alone, in the order of the files', async () => {
    const work = workFolder(folders, 'p/A');
    await mkdir(join(folders.files, 'sub'));
    for (const [index, name] of ['c', 'sub/b', 'a'].entries()) {
      await put(name);
      await utimes(join(folders.files, name), index + 1, index + 1);
    }
    const { batch, failures } = await work.take(['c', 'sub/b', 'gone', 'a']);
    expect(failures).toEqual([]);
    expect(batch.names).toEqual(['c', 'sub/b', 'a']);
    expect(await inFiles()).toEqual(['sub']);
    expect(await workFolder(folders, 'p/B').left()).toEqual([]);
    expect(await workFolder(folders, 'p/A').left()).toEqual([{ ...batch, isLeft: true }]);
    const ids = batch.names.map((name) => takingId(batch, name));
    expect(new Set(ids).size).toBe(3);

    await put('a', 'another');
    const { batch: next } = await work.take(['a']);
    expect(ids).not.toContain(takingId(next, 'a'));
  });

  it('puts back what has not been begun, but not over a new file of the name', async () => {
    const work = workFolder(folders, 'p/A');
    for (const name of ['a', 'b']) await put(name, 'first');
    const { batch } = await work.take(['a', 'b']);
    await put('b', 'second');
    await work.putBack(batch, batch.names);
    expect(await inFiles()).toEqual(['a', 'b']);
    expect(await readFile(join(folders.files, 'b'), 'utf8')).toBe('second');
    expect(await work.left()).toEqual([{ ...batch, names: ['b'], isLeft: true }]);
    expect(await readFile(join(batch.folder, 'b'), 'utf8')).toBe('first');
  });

  it('knows a file that a crash left in both places for one that was being put back', async () => {
    const work = workFolder(folders, 'p/A');
    await put('a');
    const { batch } = await work.take(['a']);
    await link(join(batch.folder, 'a'), join(folders.files, 'a'));
    expect(await work.left()).toEqual([]);
    expect(await inFiles()).toEqual(['a']);
    expect(await readdir(folders.work)).toEqual([]);
  });
});

describe('a file that is put away', () => {
  it('has a name of its own, however many had the same', async () => {
    for (let n = 0; n < 25; n++) {
      await put('IM1.dcm', String(n));
      await putAway(join(folders.files, 'IM1.dcm'), 'day/IM1.dcm', folders.archive).putAway();
    }
    const names = await readdir(join(folder, 'done/day'));
    expect(names).toEqual(expect.arrayContaining(['IM1.dcm', 'IM1-1.dcm', 'IM1-19.dcm']));
    const texts = names.map((name) => readFile(join(folder, 'done/day', name), 'utf8'));
    const numbers = (await Promise.all(texts)).map(Number).toSorted((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 25 }, (_, n) => n));
  });

  it('is in its place when a crash came between', async () => {
    await put('a');
    await link(join(folders.files, 'a'), join(folder, 'done/a'));
    await putAway(join(folders.files, 'a'), 'a', folders.archive).putAway();
    expect(await readdir(join(folder, 'done'))).toEqual(['a']);
  });

  it('has its reason beside it among the errors, where it came from a name too long as well', async () => {
    const long = `${'ü'.repeat(125)}.dcm`;
    await put(long);
    const why = { code: 'PART10_UNREADABLE', reason: 'no DICOM' };
    await putAmongErrors(join(folders.files, long), long, folders.errors, why).putAway();
    const [name = '', reason = ''] = (await readdir(folders.errors)).toSorted();
    expect(name).toMatch(/^ü{110}\.dcm$/);
    expect(reason).toBe(`${name}.reason.txt`);
    const text = await readFile(join(folders.errors, reason), 'utf8');
    expect(text).toMatch(/^PART10_UNREADABLE: no DICOM\n/);
  });
});
