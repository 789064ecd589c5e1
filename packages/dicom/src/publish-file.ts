import { link, lstat, mkdir, open, rename, rmdir, unlink } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { EngineError, PermanentError } from '@consort/core';
import { dataSetDigest } from './part10/data-set-digest.ts';

/** What is done when a file of the name exists already. */
export type IfExists = 'unique' | 'sameIsDone' | 'fail' | 'replace';

/** A file that has its name. */
export interface Published {
  readonly path: string;
  /** Whether it was there already, with the same data set. */
  readonly alreadyThere: boolean;
  /** Whether it got another name because one with other content has the one asked for. */
  readonly isSuffixed: boolean;
}

/**
 * Gives a finished temporary file its name by `link`, which never overwrites, and syncs the directory.
 * @param digest SHA-256 of the data set: what tells the same image from another
 * @throws PermanentError FILE_EXISTS
 */
export async function publish(
  temporary: string,
  path: string,
  digest: string,
  ifExists: IfExists,
): Promise<Published> {
  if (ifExists === 'replace') {
    await rename(temporary, path);
    await syncDirectory(dirname(path));
    return { path, alreadyThere: false, isSuffixed: false };
  }
  for (let suffix = 0; ; suffix++) {
    const candidate = suffix === 0 ? path : suffixed(path, suffix);
    if (await linked(temporary, candidate)) {
      // Side by side: should the old name outlive a power failure, the message that is run again removes it.
      await Promise.all([
        unlink(temporary),
        syncedOrUndone(dirname(path), () => unlink(candidate)),
      ]);
      return { path: candidate, alreadyThere: false, isSuffixed: suffix > 0 };
    }
    // Whatever is set: run again after a crash, the message must know its own file.
    if ((await dataSetDigest(candidate).catch(() => undefined)) === digest) {
      await unlink(temporary);
      await syncDirectory(dirname(path));
      return { path: candidate, alreadyThere: true, isSuffixed: suffix > 0 };
    }
    if (ifExists === 'fail') {
      await unlink(temporary);
      throw new PermanentError(
        'FILE_EXISTS',
        'a file of that name with another data set exists already and ifExists is fail; move it away, or set ifExists',
      );
    }
  }
}

/**
 * Makes the folders between a directory and a file in it, each synced into its parent.
 * @throws EngineError FILE_NOT_WRITTEN when one of them is a file, or a symbolic link, which could lead anywhere
 */
export async function makeFolders(directory: string, path: string): Promise<void> {
  let folder = resolve(directory);
  const segments = relative(folder, dirname(path))
    .split(sep)
    .filter((segment) => segment !== '');
  for (const segment of segments) {
    folder = join(folder, segment);
    if (await isFolder(folder)) continue;
    // Which one is not said: its name may be a value of the image's.
    throw new EngineError(
      'FILE_NOT_WRITTEN',
      `a folder of the image's file name cannot be made below ${directory}: a link or a file has its name; move it away`,
    );
  }
}

/** What is being made: whoever needs the same folder waits until it is on disk, or has failed, with its maker. */
const making = new Map<string, Promise<boolean>>();

function isFolder(folder: string): Promise<boolean> {
  const known = making.get(folder);
  if (known) return known;
  const made = makeFolder(folder).finally(() => making.delete(folder));
  making.set(folder, made);
  return made;
}

/** False when something else has the name. */
async function makeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o750 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return (await lstat(folder)).isDirectory();
  }
  await syncedOrUndone(dirname(folder), () => rmdir(folder));
  return true;
}

/**
 * Syncs a directory, and takes its new entry back when that fails: the kernel could call the next sync good without
 * it being on disk, so the next attempt has to make a new one.
 */
async function syncedOrUndone(directory: string, undo: () => Promise<void>): Promise<void> {
  await syncDirectory(directory).catch(async (error: unknown) => {
    await undo().catch(() => undefined);
    throw error;
  });
}

/** Syncs a directory: what was linked or renamed in it is on disk. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    // Only synced: nobody has to wait for it.
    handle.close().catch(() => undefined);
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function suffixed(path: string, suffix: number): string {
  return path.replace(/(\.[A-Za-z0-9]{1,8})?$/, `-${suffix}$1`);
}
