import { createHash } from 'node:crypto';

/** Bytes on their way, and what they were once they are through. */
export interface Counted {
  readonly dataSet: AsyncIterable<Buffer>;
  /** SHA-256 and size of those that went. Ask when the last has. */
  identity(): { readonly digest: string; readonly size: number };
}

/** Counts and hashes bytes while they pass. */
export function counted(bytes: AsyncIterable<Buffer>): Counted {
  const hash = createHash('sha256');
  let size = 0;
  async function* passing() {
    for await (const piece of bytes) {
      hash.update(piece);
      size += piece.length;
      yield piece;
    }
  }
  return { dataSet: passing(), identity: () => ({ digest: hash.digest('hex'), size }) };
}
