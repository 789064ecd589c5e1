import type { FileHandle } from 'node:fs/promises';

/** Bytes that can be read at any place, such as a file or a document that is being written. */
export interface ByteSource {
  /** Bytes; Infinity while it is not known. */
  readonly size: number;
  /** Reads at most `length` bytes from `position` on; none only at the end. */
  read(position: number, length: number): Promise<Buffer>;
}

/** An open file as a source. The caller closes the handle. */
export function fileSource(handle: FileHandle, size: number): ByteSource {
  return {
    size,
    async read(position, length) {
      const wanted = Math.max(0, Math.min(length, size - position));
      if (wanted === 0) return Buffer.alloc(0);
      const { buffer, bytesRead } = await handle.read(
        Buffer.allocUnsafe(wanted),
        0,
        wanted,
        position,
      );
      return buffer.subarray(0, bytesRead);
    },
  };
}

/** What follows `start` in a source: the data set after its Part 10 prefix. */
export function tailOf(source: ByteSource, start: number): ByteSource {
  return {
    size: source.size - start,
    read: (position, length) => source.read(start + position, length),
  };
}

const firstLoad = 4 * 1024;
const largestLoad = 64 * 1024;

/**
 * A window that moves forward over a source. Each load begins where the walk is, so however far the walk
 * jumps, no more is read than it passes over, and one load.
 */
export class Window {
  readonly #source: ByteSource;
  #start = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #isLast = false;
  #nextLoad = firstLoad;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Says whether `view` can show this much already, or the source ends before. */
  has(position: number, length: number): boolean {
    if (position < this.#start) return false;
    return this.#isLast || position + length <= this.#start + this.#bytes.length;
  }

  /** Moves the window to `position`, at least `length` bytes of it. */
  async load(position: number, length: number): Promise<void> {
    const wanted = Math.max(length, this.#nextLoad);
    this.#nextLoad = Math.min(this.#nextLoad * 4, largestLoad);
    const parts: Buffer[] = [];
    let taken = 0;
    while (taken < wanted) {
      const part = await this.#source.read(position + taken, wanted - taken);
      if (part.length === 0) break;
      parts.push(part);
      taken += part.length;
    }
    this.#start = position;
    this.#bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    this.#isLast = taken < wanted;
  }

  /** The bytes at `position`; fewer than `length` only at the end of the source. */
  view(position: number, length: number): Buffer {
    const from = position - this.#start;
    return this.#bytes.subarray(from, from + length);
  }
}
