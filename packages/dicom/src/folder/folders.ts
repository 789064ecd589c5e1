import { randomBytes } from 'node:crypto';
import { lstat, realpath, rename, unlink, writeFile } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { EngineError, type Doubt } from '@consort/core';
import { openDirectory } from '../open-directory.ts';

/** The folders of a file service, as its settings name them. */
export interface FolderSettings {
  readonly filePath: string;
  readonly workPath?: string | undefined;
  readonly archivePath?: string | undefined;
  readonly errorPath?: string | undefined;
}

/** The folders of a file service, as they are: absolute, without symbolic links. */
export interface Folders {
  readonly files: string;
  readonly work: string;
  /** Absent when files are removed once they are taken. */
  readonly archive: string | undefined;
  readonly errors: string;
  /** Those that lie in `files`, relative to it: no files are taken from there. */
  readonly skipped: ReadonlySet<string>;
}

/** Below `filePath`, for settings that are not given. */
const defaults = { workPath: '.work', errorPath: 'errors' } as const;

/** What is wrong with folders that are the same: a file put away would be found again, for ever. */
export function folderDoubts(settings: FolderSettings): readonly Doubt[] {
  const { filePath } = settings;
  return (['workPath', 'archivePath', 'errorPath'] as const)
    .filter((setting) => settings[setting] !== undefined)
    .filter((setting) => relative(filePath, settings[setting] ?? '') === '')
    .map((setting) => ({
      setting,
      message:
        'is filePath itself: what is put there would be taken again, so the service will not start',
      suggestion: 'a folder of its own, also one in filePath',
    }));
}

/**
 * Makes the folders where they are missing, and makes sure that a file can be moved from each to the next in one
 * step.
 * @param origin where a setting stands in the production file
 * @throws EngineError DIRECTORY_MISSING, FILE_NOT_WRITTEN, FOLDER_UNFIT
 */
export async function openFolders(
  settings: FolderSettings,
  origin: (setting: string) => string,
): Promise<Folders> {
  const { filePath, archivePath } = settings;
  const workPath = settings.workPath ?? join(filePath, defaults.workPath);
  const errorPath = settings.errorPath ?? join(filePath, defaults.errorPath);
  await openDirectory(filePath, origin('filePath'));
  const files = await realpath(filePath);

  async function opened(setting: string, path: string): Promise<string> {
    await openDirectory(path, origin(setting));
    const real = await realpath(path);
    if (real === files)
      throw unfit(setting, path, 'is filePath itself; give it a folder of its own');
    // Whoever may put files into the one folder could otherwise say where ours go.
    if (isBelow(filePath, path) && (await lstat(path)).isSymbolicLink()) {
      throw unfit(setting, path, 'is a symbolic link; make it a folder');
    }
    return real;
  }

  function unfit(setting: string, path: string, what: string): EngineError {
    return new EngineError('FOLDER_UNFIT', `${setting} ${path} (${origin(setting)}) ${what}`);
  }

  const work = await opened('workPath', workPath);
  const errors = await opened('errorPath', errorPath);
  const archive = archivePath === undefined ? undefined : await opened('archivePath', archivePath);
  const others = { filePath: files, errorPath: errors, ...(archive && { archivePath: archive }) };
  for (const [setting, path] of Object.entries(others)) {
    await proveMove(work, path).catch((error: unknown) => {
      throw unfit(setting, path, moveWords((error as NodeJS.ErrnoException).code, work));
    });
  }
  const skipped = [work, errors, archive].flatMap((path) =>
    path !== undefined && isBelow(files, path) ? [relative(files, path)] : [],
  );
  return { files, work, archive, errors, skipped: new Set(skipped) };
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith('../') && !isAbsolute(way);
}

/** Moves an empty file: two mounts of one file system look alike to everything else. */
async function proveMove(from: string, to: string): Promise<void> {
  const name = `.${randomBytes(8).toString('hex')}.probe`;
  await writeFile(join(from, name), '', { flag: 'wx' });
  try {
    await rename(join(from, name), join(to, name));
  } catch (error) {
    await unlink(join(from, name));
    throw error;
  }
  await unlink(join(to, name));
}

function moveWords(code: string | undefined, work: string): string {
  return code === 'EXDEV'
    ? `is on another file system than ${work}: a file is moved in one step or not at all; set workPath, errorPath and archivePath to folders on the file system of filePath`
    : `takes no file from ${work}: ${code}; see who may write there`;
}
