import { closeSync, existsSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { EngineError } from '@consort/core/record';

// A file beside the database says that its write-ahead log is in use. SQLite itself takes a database without a log for
// one that was closed well, and so would not notice that all which a crashed run recorded has gone with the log.

/** Says that the log of a database is there and in use; until `forgetLog`, whatever ends the process. */
export function witnessLog(database: string): void {
  const descriptor = openSync(witness(database), 'w', 0o600);
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/** Says that the log may go: SQLite removes it when it closes the database. */
export function forgetLog(database: string): void {
  rmSync(witness(database), { force: true });
}

/** Says whether the last run of a database ended without a stop, whatever is left of it. */
export function hasWitness(database: string): boolean {
  return existsSync(witness(database));
}

/**
 * Refuses a database whose log was in use when its last run ended, and is gone.
 * @throws EngineError STORE_UNAVAILABLE
 */
export function refuseLostLog(database: string): void {
  if (!hasWitness(database) || existsSync(`${database}-wal`)) return;
  throw new EngineError(
    'STORE_UNAVAILABLE',
    `cannot use ${database}: its log messages.db-wal is missing, though the last run ended without a stop, so what it recorded ` +
      'last is gone; restore both from a backup. If you have opened it with sqlite3, which moves the log into the database, ' +
      `delete ${witness(database)} and start again`,
  );
}

function witness(database: string): string {
  return `${database}-open`;
}
