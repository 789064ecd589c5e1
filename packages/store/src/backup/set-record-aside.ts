import Database from 'better-sqlite3';
import { constants, existsSync } from 'node:fs';
import { copyFile, link, rename, rm } from 'node:fs/promises';
import { forgetLog } from '../messages/log-witness.ts';
import { databaseFile } from '../messages/open-database.ts';
import { syncDirectory } from '../sync-directory.ts';
import { syncFile } from '../sync-file.ts';
import { nameOf } from './backup-directory.ts';

/**
 * Gives the record of a data directory a second name, `messages.db.replaced-<time>`, so that another may take its place.
 * Whoever holds the directory's lock may do it.
 * @returns the second name; undefined when there is no record
 */
export async function setRecordAside(dataDirectory: string): Promise<string | undefined> {
  const file = databaseFile(dataDirectory);
  const aside = `${file}.replaced-${nameOf(new Date())}`;
  if (existsSync(file)) {
    const hasLog = existsSync(`${file}-wal`);
    foldLog(file);
    // The file is the whole record now, and must be one that starts if nothing takes its place.
    if (hasLog && !existsSync(`${file}-wal`)) forgetLog(file);
    await link(file, aside).catch(async () => {
      // A file system without links.
      await copyFile(file, aside, constants.COPYFILE_EXCL);
      await syncFile(aside);
    });
  }
  // Only a damaged record, or one that has lost its database, still has a log. The record that comes must not find it.
  for (const log of ['-wal', '-journal'])
    if (existsSync(file + log)) await rename(file + log, aside + log);
  // Nor what says that there has to be one: a start would refuse it.
  forgetLog(file);
  await rm(`${file}-shm`, { force: true });
  await syncDirectory(dataDirectory);
  return existsSync(aside) || existsSync(`${aside}-wal`) ? aside : undefined;
}

/** Writes the log back into the database: the file is the whole record then. */
function foldLog(file: string): void {
  try {
    const database = new Database(file, { fileMustExist: true });
    try {
      database.pragma('journal_mode = DELETE');
    } finally {
      database.close();
    }
  } catch (error) {
    // A damaged one stays as it is, with its log. Whatever else it is, one that somebody reads say, can be mended first.
    const { code = '' } = error as { code?: string };
    if (!/^SQLITE_(CORRUPT|NOTADB)/.test(code)) throw error;
  }
}
