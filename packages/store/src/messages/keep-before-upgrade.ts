import type { Database } from 'better-sqlite3';
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { diskError } from '../disk-error.ts';
import { syncDirectory } from '../sync-directory.ts';
import { copyDatabase } from './copy-database.ts';

/** Copies that stay, the newest. */
const kept = 3;

/**
 * Keeps a copy of a database beside it before it is brought to a newer schema:
 * `messages.db.before-<first step that it lacks>-<time>`. Of older copies the newest two stay.
 * @returns the path of the copy
 * @throws EngineError DISK_FULL, STORE_UNAVAILABLE; the database is as it was
 */
export async function keepBeforeUpgrade(database: Database, step: string): Promise<string> {
  const file = database.name;
  const time = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const copy = `${file}.before-${step}-${time}`;
  const draft = `${file}.before.new`;
  try {
    await rm(draft, { force: true }); // Left by a start that was killed.
    await copyDatabase(database, draft);
    await rename(draft, copy);
    await syncDirectory(dirname(file));
  } catch (error) {
    throw diskError(
      `cannot bring ${file} up to date (step ${step}), for which a copy is kept first`,
      error,
    );
  }
  await removeOldest(file);
  return copy;
}

async function removeOldest(file: string): Promise<void> {
  const directory = dirname(file);
  const prefix = `${basename(file)}.before-`;
  const timeOf = (name: string) => name.slice(-'2026-01-01T00-00-00-000Z'.length);
  const copies = (await readdir(directory))
    .filter((name) => name.startsWith(prefix))
    .sort((one, other) => timeOf(other).localeCompare(timeOf(one)));
  for (const name of copies.slice(kept)) await rm(join(directory, name));
}
