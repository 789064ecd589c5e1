import { readFileSync } from 'node:fs';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isFileLocked, takeFileLock, type Lock } from '../file-lock.ts';

/** Who copies documents, and where to: `<first 2 hex digits>/<SHA-256>` as here. */
export interface Holder {
  readonly pid: number;
  readonly since: string;
  readonly target: string;
}

/**
 * Keeps every document of a document store from being removed before a copy of it is in `target`, until it is released
 * or this process ends. One at a time.
 *
 * A document is removed only after the record has ceased to name it, and whether it is held is asked after that. So what
 * a record names that is read while this holds is there, or in the target.
 * @returns undefined while another process holds them: see `documentsHolder`
 */
export async function holdDocuments(directory: string, target: string): Promise<Lock | undefined> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const lock = takeFileLock(lockFile(directory));
  if (!lock) return undefined;
  try {
    const holder: Holder = { pid: process.pid, since: new Date().toISOString(), target };
    const file = holderFile(directory);
    await writeFile(`${file}.new`, JSON.stringify(holder), { mode: 0o600 });
    await rename(`${file}.new`, file);
    return lock;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Who holds the documents of a document store; undefined when nobody does. */
export function documentsHolder(directory: string): Partial<Holder> | undefined {
  if (!isFileLocked(lockFile(directory))) return undefined;
  try {
    return JSON.parse(readFileSync(holderFile(directory), 'utf8')) as Holder;
  } catch {
    return {};
  }
}

/** Says whether a document has to stay because somebody still has to copy it. */
export async function isHeld(directory: string, digest: string): Promise<boolean> {
  const holder = documentsHolder(directory);
  if (!holder) return false;
  if (holder.target === undefined) return true;
  const copy = join(holder.target, digest.slice(0, 2), digest);
  return stat(copy).then(
    () => false,
    () => true,
  );
}

const lockFile = (directory: string) => join(directory, 'hold.db');
const holderFile = (directory: string) => join(directory, 'hold.json');
