import { representationOf } from '../data-set/value-representations.ts';

/** Bytes of a word whose order depends on the transfer syntax (PS3.5 section 7.3). */
export function widthOf(vr: string): 1 | 2 | 4 | 8 {
  // A tag is two words.
  return vr === 'AT' ? 2 : representationOf(vr).width;
}

/** Bytes with those of each word in the other order. What is left of less than a word stays as it is. @param width of a word */
export async function* swapped(
  pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
  width: number,
): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    if (width > 1) {
      const words = piece.subarray(0, piece.length - (piece.length % width));
      if (width === 2) words.swap16();
      else if (width === 4) words.swap32();
      else words.swap64();
    }
    yield piece;
  }
}
