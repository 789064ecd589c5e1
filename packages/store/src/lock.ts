import Database from 'better-sqlite3';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '@consort/core';

/** Held while a production runs on a data directory. */
export interface Lock {
  release(): void;
}

/**
 * Takes the lock of a data directory. The kernel releases it with the process, however that ends:
 * it is SQLite's own file lock on `lock.db`, held by an exclusive transaction that never writes.
 * @throws EngineError ALREADY_RUNNING, STORE_UNAVAILABLE
 */
export function lockDirectory(directory: string): Lock {
  const database = openLock(directory);
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) throw alreadyRunning(directory);
    throw unavailable(directory, error);
  }
  const holder = { pid: process.pid, since: new Date().toISOString() };
  writeFileSync(join(directory, 'lock.json'), JSON.stringify(holder), { mode: 0o600 });
  return {
    release() {
      database.exec('ROLLBACK');
      database.close();
    },
  };
}

/** Says whether a production runs on a data directory, alive or hung. */
export function isLocked(directory: string): boolean {
  let database: Database.Database;
  try {
    database = new Database(join(directory, 'lock.db'), { fileMustExist: true, timeout: 0 });
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

function openLock(directory: string): Database.Database {
  try {
    // `isLocked` in another process holds a shared lock for a moment; a real holder keeps it.
    return new Database(join(directory, 'lock.db'), { timeout: 1_000 });
  } catch (error) {
    throw unavailable(directory, error);
  }
}

function alreadyRunning(directory: string): EngineError {
  const { pid, since } = holderOf(directory);
  return new EngineError(
    'ALREADY_RUNNING',
    `a production already runs on ${directory}${pid ? ` (process ${pid}, since ${since})` : ''}; ` +
      'stop it with `production stop`, or give this one another directory with --data',
  );
}

function holderOf(directory: string): { pid?: number; since?: string } {
  try {
    return JSON.parse(readFileSync(join(directory, 'lock.json'), 'utf8')) as {
      pid: number;
      since: string;
    };
  } catch {
    return {};
  }
}

function unavailable(directory: string, cause: unknown): EngineError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new EngineError(
    'STORE_UNAVAILABLE',
    `cannot lock the data directory ${directory}: ${reason}`,
    { cause },
  );
}

function isBusy(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && code.startsWith('SQLITE_BUSY');
}
