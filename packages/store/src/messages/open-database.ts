import Database from 'better-sqlite3';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, openSync, closeSync, rmSync, statSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EngineError } from '@consort/core/record';
import { diskError } from '../disk-error.ts';
import { syncDirectory } from '../sync-directory.ts';
import { keepBeforeUpgrade } from './keep-before-upgrade.ts';
import { hasWitness, refuseLostLog } from './log-witness.ts';
import { migrate, missingSteps, refuseNewer } from './migrations.ts';
import type { Upgrade } from './upgrade.ts';

/** `PRAGMA application_id` of a message store: the letters CNST. */
const applicationId = 0x434e5354;

/** A message store's database, and what opening it has changed. */
export interface OpenedDatabase {
  readonly database: Database.Database;
  /** Absent when it was up to date, or new. */
  readonly upgrade?: Upgrade;
}

/**
 * Opens `<directory>/messages.db` for writing; makes it where there is none, and brings it up to date where an older
 * version has written it, after a copy of it was kept.
 * @throws EngineError STORE_UNAVAILABLE when the file is damaged or no message store, STORE_TOO_NEW, DISK_FULL
 */
export async function openDatabase(directory: string): Promise<OpenedDatabase> {
  const file = databaseFile(directory);
  let database: Database.Database | undefined;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (!existsSync(file)) await create(file);
    refuseEmpty(file);
    refuseLostLog(file);
    database = new Database(file, { fileMustExist: true, timeout: 5_000 });
    checkStore(database, file);
    const upgrade = await bringUpToDate(database);
    setUp(database);
    return { database, ...(upgrade ? { upgrade } : {}) };
  } catch (error) {
    database?.close();
    throw diskError(`cannot open the message store ${file}`, error);
  }
}

/** Where the messages of a data directory are. */
export function databaseFile(directory: string): string {
  return join(directory, 'messages.db');
}

/**
 * Refuses what is not a message store that this version can read.
 * @throws EngineError STORE_UNAVAILABLE, STORE_TOO_NEW; SQLite's own error for a file that is no database
 */
export function checkStore(database: Database.Database, file: string): void {
  if (database.pragma('application_id', { simple: true }) !== applicationId) {
    throw new EngineError(
      'STORE_UNAVAILABLE',
      `cannot use ${file}: it is a SQLite database, but no message store; move it away or give another directory`,
    );
  }
  refuseNewer(database, file);
}

/**
 * Refuses a file that has lost its content: SQLite would take it for a new database.
 * @throws EngineError STORE_UNAVAILABLE
 */
export function refuseEmpty(file: string): void {
  if (statSync(file).size > 0) return;
  throw new EngineError(
    'STORE_UNAVAILABLE',
    `cannot use ${file}: it is empty, so what was recorded is gone; restore it from a backup, or move it away to begin anew, with messages.db-wal and messages.db-open if they are there`,
  );
}

/** Makes the store under another name first: whatever stops this, `messages.db` is whole or absent. */
async function create(file: string): Promise<void> {
  if (existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0) {
    throw new EngineError(
      'STORE_UNAVAILABLE',
      `${file} is missing, but its log ${file}-wal is there; restore both from a backup, or move the log away to begin anew, with messages.db-open`,
    );
  }
  if (hasWitness(file)) {
    throw new EngineError(
      'STORE_UNAVAILABLE',
      `${file} is missing, and so is its log messages.db-wal, though the last run ended without a stop; restore both from a backup, or move ${file}-open away to begin anew`,
    );
  }
  const draft = `${file}.new`;
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(draft + suffix, { force: true });
  closeSync(openSync(draft, 'wx', 0o600)); // The log files take their mode from it.
  const database = new Database(draft);
  try {
    database.pragma('journal_mode = WAL');
    database.pragma(`application_id = ${applicationId}`);
    await migrate(database);
    database.prepare('INSERT INTO production (row, id) VALUES (1, ?)').run(randomName());
  } finally {
    database.close();
  }
  const handle = await open(draft, 'r');
  await handle.sync();
  await handle.close();
  await rename(draft, file);
  await syncDirectory(dirname(file));
  await syncDirectory(dirname(dirname(file)));
}

async function bringUpToDate(database: Database.Database): Promise<Upgrade | undefined> {
  const steps = missingSteps(database);
  const [first] = steps;
  if (first === undefined) return undefined;
  const copy = await keepBeforeUpgrade(database, first);
  await migrate(database);
  return { steps, copy };
}

/** 8 lower-case letters and digits. */
function randomName(): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz234567'; // 32 of them: no letter is likelier than another.
  return [...randomBytes(8)].map((byte) => letters[byte % 32]).join('');
}

function setUp(database: Database.Database): void {
  const mode = database.pragma('journal_mode = WAL', { simple: true });
  if (mode !== 'wal') {
    throw new EngineError(
      'STORE_UNAVAILABLE',
      `the file system of ${database.name} cannot hold a write-ahead log (journal mode ${String(mode)}); use a local disk`,
    );
  }
  // NORMAL leaves out the sync at each commit; `flush` does it, once for many commits (see wal-sync.ts).
  database.pragma('synchronous = NORMAL');
  database.pragma('foreign_keys = ON');
  // 16 MB of log: a checkpoint stops the writer, so they are to be rare, and what is left after one small.
  database.pragma('wal_autocheckpoint = 4000');
  database.pragma(`journal_size_limit = ${64 * 1024 * 1024}`);
  // A page has to be written for the log file to exist, and `flush` holds it open from the start.
  database.exec('UPDATE production SET recoveries = recoveries');
}
