import { open } from 'node:fs/promises';

/** Brings the bytes of a finished file to stable storage. */
export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
