import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineOperation, defineService } from '../component.ts';
import { path, target } from '../settings.ts';
import { productionSchema } from './production-schema.ts';

const service = defineService({
  description: 'Takes in.',
  refuses: { poolSize: 'it has one door' },
  settings: z.object({
    port: z.int().meta({ description: 'Where it listens.' }),
    target: target(),
  }),
  onInit: async () => undefined,
  onTearDown: async () => undefined,
});

const tree = z.object({
  name: z.string(),
  get children() {
    return z.array(tree).optional();
  },
});
const operation = defineOperation({
  description: 'Writes.',
  settings: z.object({ directory: path().default('.'), tree: tree.optional() }),
  onMessage: () => undefined,
});

const schema = productionSchema({ 'a.service': service, 'a.operation': operation });

/** The part of the schema below `definitions` at a path. */
function at(...keys: readonly (string | number)[]): unknown {
  return keys.reduce<unknown>(
    (part, key) => (part as Record<string | number, unknown> | undefined)?.[key],
    schema['definitions'],
  );
}

test('it is a draft-07 schema of the keys that a production file has', () => {
  expect(schema).toMatchObject({
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    required: ['name'],
    additionalProperties: false,
  });
  expect(Object.keys(schema['properties'] as object)).toEqual([
    'name',
    'description',
    'retention',
    'shutdownTimeout',
    'updateTimeout',
    'testingEnabled',
    'alerts',
    'openIdConnect',
    'services',
    'processes',
    'operations',
  ]);
});

test('each section knows the components of its kind, and files and packages', () => {
  const names = (kind: string) => at(kind, 'properties', 'component', 'anyOf', 0, 'enum');
  expect(names('service')).toEqual(['a.service']);
  expect(names('operation')).toEqual(['a.operation']);
  expect(names('process')).toBeUndefined();
  const file = at('service', 'properties', 'component', 'anyOf', 1, 'pattern') as string;
  expect('./storage-local.ts').toMatch(new RegExp(file));
  expect('storage-local.ts').not.toMatch(new RegExp(file));
});

test('a component brings its settings and refuses what it refuses', () => {
  const [rule] = at('service', 'allOf') as readonly Record<string, unknown>[];
  expect(rule!['if']).toEqual({
    properties: { component: { const: 'a.service' } },
    required: ['component'],
  });
  expect(rule!['then']).toEqual({
    properties: { settings: { $ref: '#/definitions/a.service' }, poolSize: false },
    required: ['settings'],
  });
  expect(at('operation', 'allOf', 0, 'then')).not.toHaveProperty('required');
});

test('a number may be a variable, and keeps its description', () => {
  expect(at('a.service', 'properties', 'port')).toMatchObject({
    description: 'Where it listens.',
    anyOf: [{ type: 'integer' }, { $ref: '#/definitions/variable' }],
  });
  expect(at('service', 'properties', 'poolSize', 'anyOf', 1)).toEqual({
    $ref: '#/definitions/variable',
  });
});

test('a service has no retry, the others have', () => {
  expect(at('service', 'properties')).not.toHaveProperty('retry');
  expect(at('process', 'properties')).toHaveProperty('retry');
  expect(at('operation', 'properties')).toHaveProperty('retry');
});

test('objects are closed at every depth, and every reference leads somewhere', () => {
  expect(at('operation', 'properties', 'retry', 'additionalProperties')).toBe(false);
  const references = JSON.stringify(schema).matchAll(/"\$ref":"#\/([^"]+)"/g);
  for (const [, pointer = ''] of references) {
    expect(at(...pointer.split('/').slice(1)), pointer).toBeDefined();
  }
});
