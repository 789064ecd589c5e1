import { chmod, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EngineError } from '@consort/core/record';
import { takeFileLock, type Lock } from '../file-lock.ts';
import { syncDirectory } from '../sync-directory.ts';
import { readManifest, writeWhole, type Manifest } from './manifest.ts';

/** One backup in a backup directory. */
export interface Backup {
  /** Its folder's name: when it was taken, in a form that file systems take and that sorts. */
  readonly name: string;
  readonly folder: string;
  readonly manifest: Manifest;
}

/** The production that a backup directory belongs to. */
export interface Owner {
  readonly id: string;
  readonly name?: string;
}

const ownerFile = 'backup-of.json';
const lockFile = 'lock.db';
/** What a first backup that was killed has left, and what a file system has of itself. */
const leftWhenEmpty: readonly string[] = [
  `${ownerFile}.new`,
  lockFile,
  `${lockFile}-journal`,
  'lost+found',
];
const folderName = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z$/;

/** Where the documents of all backups of a directory are, each once. */
export function documentsOf(directory: string): string {
  return join(directory, 'documents');
}

/** The name of a backup taken at a time. */
export function nameOf(time: Date): string {
  return time.toISOString().replaceAll(/[:.]/g, '-');
}

/**
 * Makes a backup directory, or takes one that is this production's already, for one backup: until the lock is released
 * nobody else removes anything in it. A production's data may have been copied, and two copies have one owner.
 * @throws EngineError BACKUP_REFUSED when it holds something else, or a backup to it is under way
 */
export async function claimDirectory(directory: string, owner: Owner): Promise<Lock> {
  const made = await mkdir(directory, { recursive: true, mode: 0o700 });
  await isOwned(directory, owner);
  const lock = takeFileLock(join(directory, lockFile));
  if (!lock) {
    throw refused(
      `cannot back up ${owner.name ?? owner.id} to ${directory}: a backup of another copy of its data is under way there; wait until it has ended, and give each copy a directory of its own`,
    );
  }
  try {
    await chmod(join(directory, lockFile), 0o600);
    // Looked at again: it may have become another's meanwhile.
    if (!(await isOwned(directory, owner)))
      await writeWhole(join(directory, ownerFile), `${JSON.stringify(owner)}\n`);
    if (made !== undefined) await syncDirectory(dirname(made));
    return lock;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The production that a directory holds backups of; undefined when it holds none. */
export async function ownerOf(directory: string): Promise<Owner | undefined> {
  try {
    const { id, name } = JSON.parse(await readFile(join(directory, ownerFile), 'utf8')) as Owner;
    return { id, ...(name === undefined ? {} : { name }) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** The backups of a directory that are whole, newest first. */
export async function backupsIn(directory: string): Promise<readonly Backup[]> {
  const found: Backup[] = [];
  for (const name of (await foldersIn(directory)).toReversed()) {
    const folder = join(directory, name);
    const manifest = await readManifest(folder);
    if (manifest) found.push({ name, folder, manifest });
  }
  return found;
}

/** Removes what backups that did not come to their end have left. */
export async function removeTorn(directory: string): Promise<void> {
  const whole = new Set((await backupsIn(directory)).map(({ name }) => name));
  for (const name of await foldersIn(directory)) {
    if (!whole.has(name)) await rm(join(directory, name), { recursive: true });
  }
}

/** The error that a backup cannot be made as asked. */
export function refused(text: string): EngineError {
  return new EngineError('BACKUP_REFUSED', text);
}

/**
 * Says whether a directory is the owner's already; false when it is empty.
 * @throws EngineError BACKUP_REFUSED when it is neither
 */
async function isOwned(directory: string, owner: Owner): Promise<boolean> {
  const present = await ownerOf(directory);
  if (present?.id === owner.id) return true;
  if (present) {
    throw refused(
      `cannot back up ${owner.name ?? owner.id} to ${directory}: it holds backups of another production (${present.name ?? '-'}, ${present.id}); name another directory`,
    );
  }
  const content = await readdir(directory);
  if (content.some((name) => !leftWhenEmpty.includes(name))) {
    throw refused(
      `cannot back up to ${directory}: it is not empty and holds no backups; name an empty directory, or one that is still to be made`,
    );
  }
  return false;
}

async function foldersIn(directory: string): Promise<readonly string[]> {
  return (await readdir(directory)).filter((name) => folderName.test(name)).toSorted();
}
