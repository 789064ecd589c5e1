import { mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderDoubts, openFolders } from './folders.ts';

const origin = (setting: string) => `production.yaml: ${setting}`;
const others = ['workPath', 'archivePath', 'errorPath'] as const;
let folder: string;
let filePath: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'consort-folders-')));
  filePath = join(folder, 'in');
});
afterEach(() => rm(folder, { recursive: true }));

describe('openFolders', () => {
  it('makes what is missing, and looks for files nowhere else than they are put', async () => {
    const folders = await openFolders({ filePath, archivePath: join(filePath, 'done') }, origin);
    expect(folders).toEqual({
      files: filePath,
      work: join(filePath, '.work'),
      archive: join(filePath, 'done'),
      errors: join(filePath, 'errors'),
      skipped: new Set(['.work', 'errors', 'done']),
    });
    expect((await readdir(filePath)).toSorted()).toEqual(['.work', 'done', 'errors']);
    expect(await readdir(join(filePath, 'done'))).toEqual([]);

    const elsewhere = { workPath: join(folder, 'w'), errorPath: join(folder, 'e') };
    const { skipped, archive } = await openFolders({ filePath, ...elsewhere }, origin);
    expect(skipped).toEqual(new Set());
    expect(archive).toBeUndefined();
  });

  it.each(others)(
    'refuses %s where it is the watched folder, by whatever name',
    async (setting) => {
      await mkdir(filePath);
      await symlink(filePath, join(folder, 'alias'));
      for (const path of [filePath, join(folder, 'alias')]) {
        await expect(openFolders({ filePath, [setting]: path }, origin)).rejects.toMatchObject({
          code: 'FOLDER_UNFIT',
          message: expect.stringContaining(`(${origin(setting)}) is filePath itself`) as unknown,
        });
      }
    },
  );

  it('refuses a link that was put where our folder would be', async () => {
    await mkdir(filePath);
    await mkdir(join(folder, 'elsewhere'));
    await symlink(join(folder, 'elsewhere'), join(filePath, 'errors'));
    await expect(openFolders({ filePath }, origin)).rejects.toMatchObject({
      code: 'FOLDER_UNFIT',
      message: expect.stringContaining('is a symbolic link') as unknown,
    });
  });

  it('says which setting leads nowhere', async () => {
    await expect(
      openFolders({ filePath, archivePath: join(folder, 'no/where') }, origin),
    ).rejects.toMatchObject({
      code: 'DIRECTORY_MISSING',
      message: expect.stringContaining(origin('archivePath')) as unknown,
    });
    await writeFile(join(folder, 'file'), '');
    await expect(openFolders({ filePath: join(folder, 'file/in') }, origin)).rejects.toMatchObject({
      code: 'FILE_NOT_WRITTEN',
    });
  });
});

describe('folderDoubts', () => {
  it.each(others)('has one about %s where it is the watched folder', (setting) => {
    expect(folderDoubts({ filePath, [setting]: `${filePath}/` })).toMatchObject([{ setting }]);
    expect(folderDoubts({ filePath, [setting]: join(filePath, 'below') })).toEqual([]);
    expect(folderDoubts({ filePath, [setting]: folder })).toEqual([]);
  });
});
