import type { Measure } from '@consort/core';
import type { Family, Sample } from './family.ts';
import type { Reading } from './reading.ts';

/** What the components tell of themselves, each with its host's name. The engine's own names are not given away. */
export function componentFamilies(
  { pulses }: Reading,
  taken: ReadonlySet<string>,
): readonly Family[] {
  const families = new Map<string, { first: Measure; samples: Map<string, Sample> }>();
  for (const [host, measures] of pulses.flatMap((pulse) => Object.entries(pulse.measures))) {
    for (const measure of measures) {
      const name = nameOf(measure);
      if (taken.has(name)) continue;
      const family = families.get(name) ?? { first: measure, samples: new Map() };
      families.set(name, family);
      if (measure.kind !== family.first.kind) continue;
      const labels = { host, ...measure.labels };
      // The same labels twice would make the whole answer unreadable.
      family.samples.set(JSON.stringify(labels), { labels, value: measure.value });
    }
  }
  return [...families].map(([name, { first, samples }]) => ({
    name,
    type: first.kind,
    help: first.help,
    labels: ['host', ...Object.keys(first.labels ?? {})],
    samples: () => [...samples.values()],
  }));
}

function nameOf({ name, kind }: Measure): string {
  return `consort_${name}${kind === 'counter' ? '_total' : ''}`;
}
