import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/**
 * Reads a file to its end.
 * @returns its SHA-256 in hex, and its bytes
 * @throws whatever the file system throws
 */
export async function fileDigest(
  path: string,
): Promise<{ readonly digest: string; readonly size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), async (chunks) => {
    for await (const chunk of chunks) {
      hash.update(chunk as Buffer);
      size += (chunk as Buffer).length;
    }
  });
  return { digest: hash.digest('hex'), size };
}
