import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import type { ByteSource } from './byte-source.ts';
import { unreadable } from './unreadable.ts';

const chunkSize = 64 * 1024;
const freeBytes = 1024 * 1024;
const largestRatio = 100;

/** A source that holds resources until it is closed. */
export interface InflatedSource extends ByteSource {
  close(): Promise<void>;
}

/**
 * The data set inside a deflated one (PS3.5 section A.5: raw deflate, RFC 1951), inflated only as far as it
 * is read. Reads go forward: what was passed over is forgotten.
 * Its reads throw PermanentError DATA_SET_UNREADABLE on bytes that are no deflated data, and on more than a
 * hundredfold growth beyond the first MiB, which no head of an image has.
 */
export function inflatedSource(deflated: ByteSource): InflatedSource {
  const inflate = createInflateRaw({ chunkSize });
  const feeding = pipeline(Readable.from(chunksOf(deflated), { highWaterMark: 1 }), inflate).catch(
    () => undefined, // It is thrown by the reading side.
  );
  const output = inflate[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let kept: Buffer = Buffer.alloc(0);
  let keptFrom = 0;
  let size = Infinity;

  async function more(): Promise<void> {
    const { value, done } = await output.next().catch((error: unknown) => {
      throw isZlibError(error)
        ? unreadable(keptFrom + kept.length, 'of the inflated data set the deflated data is broken')
        : error;
    });
    if (done) {
      size = keptFrom + kept.length;
      return;
    }
    kept = kept.length === 0 ? value : Buffer.concat([kept, value]);
    const total = keptFrom + kept.length;
    if (total > freeBytes && total > largestRatio * inflate.bytesWritten) {
      throw unreadable(total, 'of the inflated data set it has grown more than a hundredfold');
    }
  }

  return {
    get size() {
      return size;
    },
    async read(position, length) {
      while (size === Infinity && keptFrom + kept.length < position + length) {
        const passed = Math.min(kept.length, Math.max(0, position - keptFrom));
        kept = kept.subarray(passed);
        keptFrom += passed;
        await more();
      }
      const from = position - keptFrom;
      return Buffer.from(kept.subarray(Math.max(0, from), Math.max(0, from + length)));
    },
    async close() {
      inflate.destroy();
      await feeding;
    },
  };
}

async function* chunksOf(source: ByteSource): AsyncGenerator<Buffer> {
  for (let position = 0; ;) {
    const chunk = await source.read(position, chunkSize);
    if (chunk.length === 0) return;
    yield chunk;
    position += chunk.length;
  }
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && ((error as NodeJS.ErrnoException).code ?? '').startsWith('Z_');
}
