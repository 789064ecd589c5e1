import Database from 'better-sqlite3';
import { existsSync, readFileSync, statSync } from 'node:fs';
import type { MessageReader } from '@consort/core';
import { EngineError } from '@consort/core/record';
import { diskError } from '../disk-error.ts';
import { missingSteps } from './migrations.ts';
import { checkStore, databaseFile, refuseEmpty } from './open-database.ts';
import { readings } from './readings.ts';

/**
 * Opens the record of a data directory for reading, in this thread: while the production runs, hangs or is down.
 * @throws EngineError NOT_FOUND where nothing has run yet, STORE_UNAVAILABLE, STORE_TOO_NEW
 */
export async function openMessageReader(directory: string): Promise<MessageReader> {
  const file = databaseFile(directory);
  if (!existsSync(file)) {
    throw new EngineError(
      'NOT_FOUND',
      `nothing has run here yet: ${directory} holds no message store; start the production, or give its data directory`,
    );
  }
  const action = `cannot read the message store ${file}`;
  const wrapped =
    <Args extends unknown[], Result>(read: (...args: Args) => Result) =>
    async (...args: Args): Promise<Result> => {
      try {
        return read(...args);
      } catch (error) {
        throw diskError(action, error);
      }
    };

  try {
    const database = openToRead(file);
    const reads = readings(database);
    return {
      production: wrapped(reads.production),
      hosts: wrapped(reads.hosts),
      disabledHosts: wrapped(reads.disabledHosts),
      queues: wrapped(reads.queues),
      messages: wrapped(reads.messages),
      search: wrapped(reads.search),
      waiting: wrapped(reads.waiting),
      message: wrapped(reads.message),
      session: wrapped(reads.session),
      lastSession: wrapped(reads.lastSession),
      documentBytes: wrapped(reads.documentBytes),
      events: wrapped(reads.events),
      images: wrapped(reads.images),
      studies: wrapped(reads.studies),
      legs: wrapped(reads.legs),
      place: wrapped(reads.place),
      alerts: wrapped(reads.alerts),
      activity: wrapped(reads.activity),
      traffic: wrapped(reads.traffic),
      auditTrail: wrapped(reads.auditTrail),
      savedSearches: wrapped(reads.savedSearches),
      close: wrapped(() => void database.close()),
    };
  } catch (error) {
    throw diskError(action, error);
  }
}

/**
 * Opens the database file of a message store for reading, whether anybody has it open or not.
 * @throws EngineError STORE_UNAVAILABLE, STORE_TOO_NEW; SQLite's own error for a file that cannot be read
 */
export function openToRead(file: string): Database.Database {
  refuseEmpty(file);
  const database = new Database(file, { readonly: true, fileMustExist: true, timeout: 5_000 });
  try {
    checkReadable(database, file);
    return database;
  } catch (error) {
    database.close();
    const code = (error as { code?: unknown }).code;
    if (hasLog(file) || (code !== 'SQLITE_CANTOPEN' && code !== 'SQLITE_READONLY_DIRECTORY'))
      throw error;
  }
  const copy = new Database(withoutLog(readFileSync(file)), { readonly: true });
  try {
    checkReadable(copy, file);
    return copy;
  } catch (error) {
    copy.close();
    throw error;
  }
}

// A closed store has no log, and SQLite wants to make one to lock. Where it may not, because the directory
// is read-only, nobody can be writing either: the file as it stands is the whole store, and is read as a copy
// in memory that says of itself, in bytes 18 and 19 of its header, that it has no log.
function withoutLog(content: Buffer): Buffer {
  content.fill(1, 18, 20);
  return content;
}

function checkReadable(database: Database.Database, file: string): void {
  checkStore(database, file);
  if (missingSteps(database).length === 0) return;
  throw new EngineError(
    'STORE_UNAVAILABLE',
    `cannot read ${file}: an older version has written it; start the production once to bring it up to date`,
  );
}

function hasLog(file: string): boolean {
  return existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0;
}
