import { z } from 'zod';
import type { Component } from '../component.ts';
import { duration } from '../settings.ts';

/** The sections of a production file, in the order of starting what they hold, and what they hold. */
export const sections = {
  services: 'service',
  processes: 'process',
  operations: 'operation',
} as const satisfies Readonly<Record<string, Component['kind']>>;

export type Section = keyof typeof sections;
export const sectionNames = Object.keys(sections) as readonly Section[];

/** The section for a kind of component. */
export function sectionOf(kind: Component['kind']): Section {
  return sectionNames.find((section) => sections[section] === kind)!;
}

/** The keys of the file itself, beside its sections. */
export const productionKeys = z.object({
  name: z.string().min(1).meta({ description: 'The name of the production.' }),
  description: z.string().optional().meta({ description: 'What the production is for.' }),
});

const interval = duration().refine((value) => value > 0 && value !== Infinity, {
  message: 'a retry interval is longer than 0 and not for ever',
});

/** When a failed message is tried again: by default every 5 s for 15 s. */
export const retryKeys = z.object({
  interval: interval
    .prefault('5s')
    .meta({ description: 'Time between tries, like 5s (IRIS RetryInterval).' }),
  timeout: duration().prefault('15s').meta({
    description:
      'How long it is tried, like 15s; -1 is for ever, 0s is once (IRIS FailureTimeout).',
  }),
});

const common = {
  poolSize: z
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .meta({ description: 'Workers at the same time; 1 keeps the order of messages.' }),
  comment: z.string().optional().meta({ description: 'A remark for whoever reads it.' }),
};

const withRetry = { ...common, retry: retryKeys.optional() };

/** The engine's keys of a host, beside `component` and `settings`. */
export const hostKeys: Readonly<Record<Component['kind'], z.ZodObject>> = {
  service: z.object(common),
  process: z.object(withRetry),
  operation: z.object({ ...common, retry: retryKeys.prefault({}) }),
};

/** Every key the engine knows on some host. */
export const engineKeys: readonly string[] = [
  'component',
  'settings',
  ...Object.keys(hostKeys.operation.shape),
];
