/** Whether the whole matrix runs, as `npm run test:faults` does; otherwise only a short part of it, with one seed. */
export const isWhole = process.env['FAULT_SEEDS'] !== undefined;

/** The seeds of a row: 1 to FAULT_SEEDS, or FAULT_SEED alone; without either only 1. */
export function seeds(): readonly number[] {
  const one = process.env['FAULT_SEED'];
  if (one !== undefined) return [Number(one)];
  return Array.from({ length: Number(process.env['FAULT_SEEDS'] ?? 1) }, (_, n) => n + 1);
}

/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number;
  pick<Item>(items: readonly Item[]): Item;
  shuffle<Item>(items: readonly Item[]): readonly Item[];
}

/** Makes the numbers of a seed (mulberry32). */
export function randomOf(seed: number): Random {
  let state = Math.imul(seed, 0x9e3779b1);

  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    pick: <Item>(items: readonly Item[]) => items[below(items.length)] as Item,
    shuffle(items) {
      return items
        .map((item) => ({ item, order: next() }))
        .toSorted((one, other) => one.order - other.order)
        .map(({ item }) => item);
    },
  };
}
