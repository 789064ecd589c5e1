/** Milliseconds between two looks at the record, at least. */
const shortest = 1_000;
/** So many pages may ask in a second for what they show, which each does with every change that it is told of. */
const asking = 15;

/** Milliseconds between two looks at the record for all who listen, by how many pages that are. */
export function beatOf(pages: number): number {
  return Math.max(shortest, Math.round((pages / asking) * 1_000));
}
