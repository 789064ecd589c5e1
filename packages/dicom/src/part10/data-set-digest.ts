import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { fileSource } from '../header/byte-source.ts';
import { readPart10 } from './read-part10.ts';

/**
 * SHA-256 of the data set of a Part 10 file, what stands before it left out.
 * @throws PermanentError PART10_UNREADABLE, and what reading a file may throw
 */
export async function dataSetDigest(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const { dataSetPosition } = await readPart10(fileSource(handle, size));
    const hash = createHash('sha256');
    for await (const chunk of handle.createReadStream({
      start: dataSetPosition,
      autoClose: false,
    })) {
      hash.update(chunk as Buffer);
    }
    return hash.digest('hex');
  } finally {
    await handle.close();
  }
}
