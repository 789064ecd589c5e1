import Database from 'better-sqlite3';
import { closeSync, openSync, rmSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EngineError } from '@consort/core/record';
import { syncFile } from '../sync-file.ts';

/** Pages of one step, about 4 MB: between steps the event loop turns. */
const pagesAtOnce = 1_000;

/**
 * Copies a database, as it is at this moment, into a new file that only its owner may read, and syncs it. Others may
 * read and write meanwhile: the copy is made inside one read transaction, so it is never begun anew and holds nobody up.
 * @throws EngineError DISK_FULL when the copy would not fit; whatever SQLite throws. Nothing is left of a failed copy.
 */
export async function copyDatabase(database: Database.Database, to: string): Promise<void> {
  await refuseWithoutRoom(database, to);
  closeSync(openSync(to, 'wx', 0o600));
  try {
    database.exec('BEGIN');
    try {
      // Only a read begins the transaction.
      database.prepare('SELECT count(*) FROM sqlite_master').get();
      await database.backup(to, { progress: () => pagesAtOnce });
    } finally {
      database.exec('ROLLBACK');
    }
    withoutLog(to);
    await syncFile(to);
  } catch (error) {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(to + suffix, { force: true });
    throw error;
  }
}

async function refuseWithoutRoom(database: Database.Database, to: string): Promise<void> {
  const pages = Number(database.pragma('page_count', { simple: true }));
  const size = pages * Number(database.pragma('page_size', { simple: true }));
  const { bsize, bavail } = await statfs(dirname(to));
  const free = bsize * bavail;
  if (free >= size) return;
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
  throw new EngineError(
    'DISK_FULL',
    `there is no room for a copy of ${database.name} in ${dirname(to)}: it takes ${megabytes(size)} and ${megabytes(free)} are free; make room and try again`,
  );
}

/** One file is the whole copy: one that says of itself that it has a log cannot be read where none can be made. */
function withoutLog(file: string): void {
  const copy = new Database(file, { fileMustExist: true });
  try {
    copy.pragma('journal_mode = DELETE');
  } finally {
    copy.close();
  }
}
