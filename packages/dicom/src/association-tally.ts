import type { Measure } from '@consort/core';
import type { AssociationInfo, DoorHandlers, Ending } from './gate/door.ts';

/** Counts how the associations with a service ended. */
export interface AssociationTally {
  readonly ended: DoorHandlers['ended'];
  /** @param open the associations there are at this moment */
  measures(open: readonly AssociationInfo[]): readonly Measure[];
}

/**
 * Counts the associations of a service by how they ended and by calling AE title.
 * @param titles those of the settings: a peer may call itself what it likes, so every other is counted as `other`
 */
export function associationTally(titles: readonly string[]): AssociationTally {
  const known = new Set(titles.filter((title) => title !== '*'));
  const counts = new Map<string, { outcome: Ending['kind']; title: string; count: number }>();
  const shown = (title: string | undefined) =>
    title === undefined ? 'none' : known.has(title) ? title : 'other';

  return {
    ended({ callingAeTitle }, { kind }) {
      const title = shown(callingAeTitle);
      const key = `${kind} ${title}`;
      const one = counts.get(key) ?? { outcome: kind, title, count: 0 };
      counts.set(key, { ...one, count: one.count + 1 });
    },

    measures: (open) => [
      ...[...counts.values()].map(({ outcome, title, count }): Measure => ({
        name: 'associations',
        kind: 'counter',
        help: 'Associations that have ended, by how they ended and calling AE title.',
        labels: { outcome, calling_ae_title: title },
        value: count,
      })),
      {
        name: 'associations_open',
        kind: 'gauge',
        help: 'Associations at this moment.',
        value: open.length,
      },
    ],
  };
}

/** Counts what became of the associations that an operation has asked for. */
export function requestTally(): {
  /** @param outcome `accepted`, or the code of the error */
  count(outcome: string): void;
  measures(): readonly Measure[];
} {
  const counts = new Map<string, number>();
  return {
    count: (outcome) => void counts.set(outcome, (counts.get(outcome) ?? 0) + 1),
    measures: () =>
      [...counts].map(([outcome, value]) => ({
        name: 'associations_requested',
        kind: 'counter',
        help: 'Associations that were asked of a peer: accepted, or the code of what came of it.',
        labels: { outcome },
        value,
      })),
  };
}
