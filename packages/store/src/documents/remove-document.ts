import { readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { diskError } from '../disk-error.ts';

/** Milliseconds. Between a document's name and its record lies one call to the record, which takes a few. */
const youngerStays = 10_000;

/** Where a document is between its place and its end. */
export function setAside(directory: string, digest: string): string {
  return join(directory, 'removed', digest);
}

/**
 * Removes a document; see `DocumentStore.remove`. Whoever stores the same bytes meanwhile gives the name a file of
 * its own, which is not the one that was set aside; whoever stored them just before is told by the file's age. While
 * a backup runs, only what is in the backup already is removed.
 */
export async function removeDocument(
  directory: string,
  digest: string,
  mayGo: () => Promise<boolean>,
): Promise<boolean> {
  const place = join(directory, digest.slice(0, 2), digest);
  const aside = setAside(directory, digest);
  try {
    // A thread of hosts opens documents and removes none; the lock would bring it the database's library.
    const { isHeld } = await import('./hold-documents.ts');
    if (await isHeld(directory, digest)) return false;
    if (!(await moved(place, aside))) return await mayGo();
    const { mtimeMs } = await stat(aside);
    if (Date.now() - mtimeMs < youngerStays || !(await mayGo())) {
      await rename(aside, place);
      return false;
    }
    await unlink(aside);
    return true;
  } catch (error) {
    throw diskError(`cannot remove document ${digest} from ${directory}`, error);
  }
}

/** Puts back what a crash has left set aside: it is still on the list of what is to go. */
export async function putBack(directory: string): Promise<void> {
  const digests = await readdir(join(directory, 'removed'));
  for (const digest of digests) {
    await rename(setAside(directory, digest), join(directory, digest.slice(0, 2), digest));
  }
}

async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
