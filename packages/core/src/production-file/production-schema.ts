import { z } from 'zod';
import type { Component } from '../component.ts';
import { defaultOf } from './default-of.ts';
import { hostKeys, productionKeys, sectionNames, sections } from './production-keys.ts';

/** A JSON Schema, as plain data. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/**
 * The JSON Schema (draft-07) of the production file, for editors: completion, descriptions and a
 * first check while typing. It is made of the schemas that `loadProduction` checks with.
 * @param components the components to know by name; files and packages are allowed beside them
 */
export function productionSchema(components: Readonly<Record<string, Component>>): JsonSchema {
  const kinds = Object.values(sections);
  const own = jsonSchemaOf(productionKeys, 'production');
  const hosts = sectionNames.map((section) => [
    section,
    {
      type: ['object', 'null'],
      additionalProperties: { $ref: `#/definitions/${sections[section]}` },
    },
  ]);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Consort production file',
    ...own,
    properties: { ...(own['properties'] as JsonSchema), ...Object.fromEntries(hosts) },
    definitions: {
      variable: {
        description: 'A value from the environment.',
        type: 'string',
        pattern: '\\$\\{',
      },
      ...Object.fromEntries(kinds.map((kind) => [kind, hostSchema(kind, components)])),
      ...Object.fromEntries(
        Object.entries(components).map(([name, { settings, description }]) => [
          name,
          { description, ...jsonSchemaOf(settings, name) },
        ]),
      ),
    },
  };
}

function hostSchema(
  kind: Component['kind'],
  components: Readonly<Record<string, Component>>,
): JsonSchema {
  const engine = jsonSchemaOf(hostKeys[kind], kind);
  const known = Object.entries(components).filter(([, component]) => component.kind === kind);
  const byFile = { type: 'string', pattern: '^(\\./|\\.\\./|npm:).' };
  const byName = { enum: known.map(([name]) => name) };
  return {
    ...engine,
    properties: {
      component: {
        description: 'A built-in name, ./file.ts beside this file, or npm:package.',
        anyOf: known.length > 0 ? [byName, byFile] : [byFile],
      },
      settings: { type: ['object', 'null'] },
      ...(engine['properties'] as JsonSchema),
    },
    required: ['component'],
    ...(known.length > 0 && {
      allOf: known.map(([name, component]) => ({
        if: { properties: { component: { const: name } }, required: ['component'] },
        // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema; nothing awaits it
        then: settingsRule(name, component),
      })),
    }),
  };
}

function settingsRule(name: string, component: Component): JsonSchema {
  const refuses = component.kind === 'service' ? Object.keys(component.refuses ?? {}) : [];
  const refused = refuses.map((key) => [key, false]);
  const { required } = jsonSchemaOf(component.settings, name);
  return {
    properties: {
      settings: { $ref: `#/definitions/${pointerTo(name)}` },
      ...Object.fromEntries(refused),
    },
    ...(required !== undefined && { required: ['settings'] }),
  };
}

function jsonSchemaOf(schema: z.ZodObject, definition: string): JsonSchema {
  const { $schema: _draft, ...rest } = z.toJSONSchema(schema.strict(), {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    // It gives no default that is one of the output only, like the milliseconds of a duration.
    override({ zodSchema, jsonSchema: made }) {
      const usual = defaultOf(zodSchema);
      if (usual !== undefined) made.default = usual as never;
    },
  });
  return withVariables(rest, definition) as JsonSchema;
}

// Wherever a number or one of a few words is asked for, a variable may stand as well.
function withVariables(schema: unknown, definition: string): unknown {
  if (Array.isArray(schema)) return schema.map((item) => withVariables(item, definition));
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([keyword, value]) => {
    if (keyword === '$ref') return [keyword, embedded(String(value), definition)];
    if (keyword === 'properties' || keyword === 'definitions') {
      const parts = Object.entries(value as JsonSchema);
      return [
        keyword,
        Object.fromEntries(parts.map(([k, v]) => [k, withVariables(v, definition)])),
      ];
    }
    const literal = ['default', 'enum', 'const', 'examples', 'required'].includes(keyword);
    return [keyword, literal ? value : withVariables(value, definition)];
  });
  // An object knows its own keys only, at every depth, as when the file is loaded.
  const closed = 'properties' in schema && { additionalProperties: false };
  const result = { ...closed, ...Object.fromEntries(entries) } as JsonSchema;
  return takesVariable(result) ? orVariable(result) : result;
}

function takesVariable(schema: JsonSchema): boolean {
  const restricted = ['enum', 'const', 'pattern', 'format', 'maxLength'].some((k) => k in schema);
  const { type } = schema;
  return type === 'number' || type === 'integer' || type === 'boolean' || restricted;
}

function orVariable({ description, default: usual, ...schema }: JsonSchema): JsonSchema {
  return {
    ...(description !== undefined && { description }),
    ...(usual !== undefined && { default: usual }),
    anyOf: [schema, { $ref: '#/definitions/variable' }],
  };
}

// Zod's references begin at its own root, which is a definition here.
function embedded(reference: string, definition: string): string {
  return reference.replace(/^#/, `#/definitions/${pointerTo(definition)}`);
}

/** RFC 6901 section 3, in a URI (section 6): `./file.ts` has characters that mean something in a pointer. */
function pointerTo(definition: string): string {
  return encodeURI(definition.replaceAll('~', '~0').replaceAll('/', '~1'));
}
