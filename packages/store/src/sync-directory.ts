import { open } from 'node:fs/promises';

/** Brings the names in a directory to stable storage: a file's own sync does not save its name. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
