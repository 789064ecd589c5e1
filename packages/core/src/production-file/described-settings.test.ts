import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineProcess } from '../component.ts';
import { duration, path, secret, target } from '../settings.ts';
import { describedSettings } from './described-settings.ts';

const component = defineProcess({
  description: 'Has one of each.',
  settings: z.object({
    next: target().meta({ description: 'Where to.' }),
    password: secret().optional(),
    folder: path().default('.'),
    patience: duration()
      .refine((value) => value > 0)
      .default(90_000),
    quiet: duration().prefault(-1),
    mode: z.enum(['first', 'all']).default('first'),
    count: z.int().min(1),
    names: z.array(z.string()).default([]),
    limit: z.union([z.literal('none'), z.number()]),
    rules: z.object({ when: z.string(), send: target() }).optional(),
    loose: z.record(z.string(), z.boolean()).optional(),
  }),
  onRequest: () => undefined,
});

test('settings are told in words, with their defaults as they would be written', () => {
  const told = describedSettings(component).map(
    ({ name, type, isRequired, default: usual }) =>
      `${name}: ${type}${isRequired ? ', required' : ''}${usual === undefined ? '' : `, ${JSON.stringify(usual)}`}`,
  );
  expect(told).toEqual([
    'next: a host, required',
    'password: a secret',
    'folder: a path, "."',
    'patience: a duration, "90s"',
    'quiet: a duration, -1',
    'mode: one of first, all, "first"',
    'count: a whole number, required',
    'names: a list of: text, []',
    'limit: none or a number, required',
    'rules: keys when, send',
    'loose: keys and values',
  ]);
  expect(describedSettings(component)[0]?.description).toBe('Where to.');
});
