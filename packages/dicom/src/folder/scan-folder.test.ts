import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scanFolder } from './scan-folder.ts';

let folder: string;
const put = (name: string, time = 1) =>
  writeFile(join(folder, name), name).then(() => utimes(join(folder, name), time, time));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consort-scan-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('scanFolder', () => {
  it('finds what fits, oldest first, as deep as it is told and not in folders that are skipped', async () => {
    await mkdir(join(folder, 'one/two'), { recursive: true });
    for (const name of ['done', '.work', 'x.dcm']) await mkdir(join(folder, name));
    await put('late.dcm', 9);
    await put('b.dcm', 5);
    await put('a.dcm', 5);
    await put('one/early.dcm', 1);
    await put('one/two/deep.dcm', 1);
    for (const name of ['a.txt', 'done/1.dcm', '.work/2.dcm', '.3.dcm']) await put(name);
    const found = async (levels: number) => {
      const { files, hasMore, unnamed } = await scanFolder(
        folder,
        ['*.dcm'],
        levels,
        new Set(['done']),
      );
      expect({ hasMore, unnamed }).toEqual({ hasMore: false, unnamed: 0 });
      return files.map(({ name }) => name);
    };
    expect(await found(0)).toEqual(['a.dcm', 'b.dcm', 'late.dcm']);
    expect(await found(1)).toEqual(['one/early.dcm', 'a.dcm', 'b.dcm', 'late.dcm']);
    expect(await found(2)).toEqual([
      'one/early.dcm',
      'one/two/deep.dcm',
      'a.dcm',
      'b.dcm',
      'late.dcm',
    ]);
  });

  it('follows no link to a folder, and finds a link that has the name of a file', async () => {
    await mkdir(join(folder, 'in'));
    await put('outside.dcm');
    await symlink(folder, join(folder, 'in/up'));
    await symlink('../outside.dcm', join(folder, 'in/link.dcm'));
    const { files } = await scanFolder(join(folder, 'in'), ['*'], 5, new Set());
    // Which is older is a matter of milliseconds.
    expect(files.map(({ name }) => name).toSorted()).toEqual(['link.dcm', 'up']);
  });

  it('counts names that are no UTF-8, which it cannot give', async () => {
    await put('a.dcm');
    await writeFile(Buffer.concat([Buffer.from(`${folder}/M\xfcller.dcm`, 'latin1')]), 'x');
    const found = await scanFolder(folder, ['*.dcm'], 0, new Set());
    expect(found.files.map(({ name }) => name)).toEqual(['a.dcm']);
    expect(found.unnamed).toBe(1);
  });
});
