import type { Metric, Registry } from '@prometheus-io/client';
import { componentFamilies } from './component-families.ts';
import type { Family } from './family.ts';
import { hostFamilies } from './host-families.ts';
import { productionFamilies } from './production-families.ts';
import type { Reading } from './reading.ts';
import { threadFamilies } from './thread-families.ts';

/** What the engine tells by itself; components may add to it. */
export const families: readonly Family[] = [
  ...productionFamilies,
  ...hostFamilies,
  ...threadFamilies,
];

const names = new Set(families.map(({ name }) => name));

/** A reading in the text format of Prometheus. */
export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/** Writes a reading, and after it what the client library tells of the process by itself. */
export async function exposition(reading: Reading): Promise<Exposition> {
  const registry = await processRegistry();
  const all = [...families, ...componentFamilies(reading, names)];
  const ours = await Promise.all(
    all.map((family) => registry.getMetricsAsString(asMetric(family, reading))),
  );
  return {
    contentType: registry.contentType,
    text: `${ours.join('\n\n')}\n\n${await registry.metrics()}`,
  };
}

/** The client's metrics count; ours have their numbers from one reading. It asks for no more than this of either. */
function asMetric({ name, help, type, samples }: Family, reading: Reading): Metric {
  const values = samples(reading).map(({ labels, suffix = '', value }) => ({
    metricName: `${name}${suffix}`,
    labels: labels ?? {},
    value,
  }));
  return { get: () => Promise.resolve({ name, help, type, values }) } as unknown as Metric;
}

let registry: Promise<Registry> | undefined;

// One for the process, which is what it tells of; and not before somebody asks: a start waits for nothing of it.
function processRegistry(): Promise<Registry> {
  registry ??= import('@prometheus-io/client').then((client) => {
    const made = new client.Registry();
    client.collectDefaultMetrics({ register: made });
    return made;
  });
  return registry;
}
