/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** A whole number from 0 on, below `end`. */
  below(end: number): number;
  /** One of a list that is not empty. */
  among<T>(list: readonly T[]): T;
}

/** A generator from a seed of 32 bits (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number) => Math.floor(next() * end);
  return { below, among: (list) => list[below(list.length)]! };
}
