import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '@consort/core/record';
import { isFileLocked, takeFileLock, type Lock } from './file-lock.ts';

/**
 * Takes the lock of a data directory, held while a production runs on it.
 * @throws EngineError ALREADY_RUNNING, STORE_UNAVAILABLE
 */
export function lockDirectory(directory: string): Lock {
  const lock = take(directory);
  if (!lock) throw alreadyRunning(directory);
  const holder = { pid: process.pid, since: new Date().toISOString() };
  writeFileSync(join(directory, 'lock.json'), JSON.stringify(holder), { mode: 0o600 });
  return lock;
}

/** Says whether a production runs on a data directory, alive or hung. */
export function isLocked(directory: string): boolean {
  return isFileLocked(join(directory, 'lock.db'));
}

function take(directory: string): Lock | undefined {
  try {
    return takeFileLock(join(directory, 'lock.db'));
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
