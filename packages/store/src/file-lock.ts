import Database from 'better-sqlite3';

/** Held until it is released, or its process ends, however that happens. */
export interface Lock {
  release(): void;
}

/**
 * Takes the lock that a file stands for: SQLite's own file lock, held by an exclusive transaction that never writes.
 * The kernel releases it with the process. The file is made where it is missing.
 * @returns undefined while somebody else holds it
 * @throws whatever SQLite throws
 */
export function takeFileLock(path: string): Lock | undefined {
  // Who only looks, in another process, holds a shared lock for a moment; a real holder keeps it.
  const database = new Database(path, { timeout: 1_000 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  return {
    release() {
      database.exec('ROLLBACK');
      database.close();
    },
  };
}

/** Says whether somebody holds the lock of a file, alive or hung. */
export function isFileLocked(path: string): boolean {
  let database: Database.Database;
  try {
    database = new Database(path, { fileMustExist: true, timeout: 0 });
  } catch {
    return false;
  }
  try {
    database.prepare('SELECT count(*) FROM sqlite_master').get();
    return false;
  } catch (error) {
    return isBusy(error);
  } finally {
    database.close();
  }
}

function isBusy(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && code.startsWith('SQLITE_BUSY');
}
