import { open } from 'node:fs/promises';

/** Bytes; a bundle of all public CAs has a quarter of that. */
const largest = 1024 * 1024;

/**
 * Reads a file of keys or certificates, whatever stands at its path.
 * @throws Error when it is larger than 1 MiB, and what the file system says
 */
export async function readSmallFile(path: string): Promise<Buffer> {
  const handle = await open(path);
  try {
    const buffer = Buffer.alloc(largest + 1);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    if (bytesRead > largest) throw new Error(`it is larger than ${largest} bytes`);
    return Buffer.from(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}
