import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { z } from 'zod';
import { defineOperation, defineProcess, defineService, type Component } from '../component.ts';
import { duration, path, secret, target } from '../settings.ts';
import { loadProduction } from './load-production.ts';

/** Where the production files of a test stand. */
export let folder: string;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'production-file-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Loads a text as a production file; `shown` has a line for each finding, [what to write instead]. */
export async function loadText(text: string | Uint8Array, env: Record<string, string> = {}) {
  const file = join(folder, `${++count}.yaml`);
  await writeFile(file, text);
  const loaded = await loadProduction(file, { load, env, builtIn: Object.keys(components) });
  const shown = loaded.findings.map(
    (f) =>
      `${f.line}:${f.column} ${f.severity} ${f.message}${f.suggestion === undefined ? '' : ` [${f.suggestion}]`}`,
  );
  return { ...loaded, shown, file };
}

/** A production that is right but for what a test changes in it. */
export function production(
  changes: { service?: string; process?: string; operation?: string } = {},
) {
  return `name: Demo.DICOM
services:
  In:
    component: dicom.tcp-service
    settings: { port: 2010, localAet: IRIS, target: Store }
${changes.service ?? ''}
processes:
  Store:
    component: ./storage-local.ts
    settings: { fileOperation: File }
${changes.process ?? ''}
operations:
  File:
    component: dicom.file-operation
    retry: { interval: 5s, timeout: 5s }
    settings: { directory: ./received }
${changes.operation ?? ''}
`;
}

/** A service with a port, a secret and a patience. */
export const tcpService = defineService({
  description: 'Takes images in.',
  settings: z.object({
    port: z.int().min(0).max(65535),
    interface: z.string().default('0.0.0.0'),
    localAet: z
      .union([z.literal('*'), z.string().max(16), z.array(z.string().max(16)).min(1)])
      .default('*'),
    acknowledge: z.enum(['completed', 'stored']).default('completed'),
    responseTimeout: duration().prefault('8s'),
    password: secret().optional(),
    target: target(),
  }),
  refuses: { poolSize: 'set maxAssociations instead' },
  patience: ({ acknowledge, responseTimeout }) => ({ acknowledge, responseTimeout }),
  check: ({ localAet }) =>
    localAet === '*' ? [{ setting: 'localAet', message: 'any title is accepted' }] : [],
  onInit: async () => undefined,
  onTearDown: async () => undefined,
});

/** A service that may do without a target. */
export const timerService = defineService({
  description: 'May have a target.',
  settings: z.object({ target: target().optional() }),
  onInit: async () => undefined,
  onTearDown: async () => undefined,
});

const storageLocal = defineProcess({
  description: 'Stores through the file operation.',
  settings: z.object({ fileOperation: target() }),
  onRequest: () => undefined,
});

const notify = defineProcess({
  description: 'Sends on and does not wait.',
  settings: z.object({ next: target({ async: true }) }),
  onRequest: () => undefined,
});

const router = defineProcess({
  description: 'Sends on by rules.',
  settings: z.object({
    rules: z.array(z.object({ when: z.string(), target: target() })).default([]),
    limits: z.record(z.string(), z.number()).optional(),
    templates: z.object({ folder: path() }).optional(),
  }),
  onRequest: () => undefined,
});

const fileOperation = defineOperation({
  description: 'Writes files.',
  settings: z.object({
    directory: path(),
    mode: z
      .string()
      .regex(/^[0-7]{4}$/)
      .default('0640'),
    even: z.number().multipleOf(2, 'only even numbers please').optional(),
  }),
  onMessage: () => undefined,
});

const components: Readonly<Record<string, Component>> = {
  'dicom.tcp-service': tcpService,
  'timer.service': timerService,
  'dicom.file-operation': fileOperation,
  './storage-local.ts': storageLocal,
  './notify.ts': notify,
  'npm:@acme/router': router,
};

/** Brings the components of these tests, and a few that cannot be brought. */
export async function load(name: string): Promise<Component> {
  if (name === './enum.ts') stripTypeScriptTypes('enum Colour { Red }');
  if (name === './nothing.ts') return undefined as unknown as Component;
  if (name === './half.ts')
    return { kind: 'process', settings: z.object({}) } as unknown as Component;
  const found = components[name];
  if (!found) throw new Error(`there is no ${name}\nand more of a stack`);
  return found;
}
