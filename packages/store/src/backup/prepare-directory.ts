import { realpath } from 'node:fs/promises';
import { relative } from 'node:path';
import type { Lock } from '../file-lock.ts';
import { databaseFile } from '../messages/open-database.ts';
import type { BackupOptions } from './back-up.ts';
import { claimDirectory, ownerOf, refused, removeTorn, type Owner } from './backup-directory.ts';
import { lastBackup } from './last-backup.ts';
import { openSnapshot } from './snapshot.ts';

/**
 * Makes a directory ready for a backup: it is the production's own, and nothing torn is in it.
 * @param directory absolute
 * @returns what keeps other backups from it until it is released
 * @throws EngineError BACKUP_REFUSED
 */
export async function prepareDirectory(
  directory: string,
  { dataDirectory, mayBeginAnew }: Pick<BackupOptions, 'dataDirectory' | 'mayBeginAnew'>,
): Promise<Lock> {
  const last = await lastBackup(dataDirectory);
  const isGone = last?.directory === directory && (await ownerOf(directory)) === undefined;
  if (isGone && !mayBeginAnew) {
    throw refused(
      `${directory} held backups of ${dataDirectory}, the last of ${last.time}, and holds none now: is its disk mounted? To begin anew there: --anew`,
    );
  }
  const data = await realpath(dataDirectory);
  const target = await realpath(directory).catch(() => directory);
  if (isIn(target, data) || isIn(data, target)) {
    throw refused(
      `cannot back up ${dataDirectory} to ${directory}: one is in the other; name a directory elsewhere, best on another disk`,
    );
  }
  const lock = await claimDirectory(directory, productionOf(dataDirectory));
  try {
    await removeTorn(directory);
    return lock;
  } catch (error) {
    lock.release();
    throw error;
  }
}

function productionOf(dataDirectory: string): Owner {
  const record = openSnapshot(databaseFile(dataDirectory));
  try {
    const { id, name } = record.production();
    return { id, ...(name === undefined ? {} : { name }) };
  } finally {
    record.close();
  }
}

function isIn(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith('../');
}
