/** A number that a component tells of itself, for whoever watches; `/metrics` shows it with the host's name. */
export interface Measure {
  /** Snake case, without the prefix `consort_` and, for a counter, without `_total`. */
  readonly name: string;
  /** A counter only rises, from 0 at each start of the host. */
  readonly kind: 'counter' | 'gauge';
  /** What it counts, in one sentence, with its unit. */
  readonly help: string;
  /** From settings and words of our own: a value that a peer may choose has no place here. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}
