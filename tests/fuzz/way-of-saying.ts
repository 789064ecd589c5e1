import { createHash } from 'node:crypto';
import { randomFrom } from './random.ts';

/** How bytes are said: in which pieces, and what comes after the last one. */
export interface WayOfSaying {
  readonly pieces: readonly Buffer[];
  readonly ending: 'half-close' | 'reset' | 'wait';
}

/** The way that belongs to these bytes, so that a file of them says all that is needed to run it again. */
export function wayOfSaying(bytes: Buffer): WayOfSaying {
  const random = randomFrom(createHash('sha256').update(bytes).digest().readUInt32BE());
  const count = random.among([0, 0, 1, 3, 12]);
  const cuts = Array.from({ length: count }, () => random.below(bytes.length + 1));
  const places = [0, ...cuts.toSorted((one, other) => one - other), bytes.length];
  const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
  const ending = random.among(['half-close', 'half-close', 'half-close', 'reset', 'wait'] as const);
  return { pieces, ending };
}
