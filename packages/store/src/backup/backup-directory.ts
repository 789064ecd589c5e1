import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EngineError } from '@consort/core';
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
 * Makes a backup directory, or takes one that is this production's already.
 * @throws EngineError BACKUP_REFUSED when it holds something else
 */
export async function claimDirectory(directory: string, owner: Owner): Promise<void> {
  const present = await ownerOf(directory);
  if (present) {
    if (present.id === owner.id) return;
    throw refused(
      `cannot back up ${owner.name ?? owner.id} to ${directory}: it holds backups of another production (${present.name ?? '-'}, ${present.id}); name another directory`,
    );
  }
  const made = await mkdir(directory, { recursive: true, mode: 0o700 });
  const content = await readdir(directory);
  if (content.some((name) => name !== `${ownerFile}.new` && name !== 'lost+found')) {
    throw refused(
      `cannot back up to ${directory}: it is not empty and holds no backups; name an empty directory, or one that is still to be made`,
    );
  }
  await writeWhole(join(directory, ownerFile), `${JSON.stringify(owner)}\n`);
  if (made !== undefined) await syncDirectory(dirname(made));
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

async function foldersIn(directory: string): Promise<readonly string[]> {
  return (await readdir(directory)).filter((name) => folderName.test(name)).toSorted();
}
