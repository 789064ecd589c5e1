import { z } from 'zod';
import { paths, type RouteName } from '../api/paths.ts';
import type { Fields, Route } from '../api/route.ts';
import { routes } from '../api/routes.ts';
import { httpStatuses } from './http-status.ts';

type Schema = Readonly<Record<string, unknown>>;

/** The API in the words of OpenAPI 3.1, made of the table of routes. */
export function openApi(): Schema {
  const schemas: Record<string, unknown> = {};
  const described: Record<string, Record<string, unknown>> = {};
  for (const name of Object.keys(routes) as RouteName[]) {
    const [method = '', path = ''] = paths[name].split(' ');
    const url = path.replace(/:(\w+)/g, '{$1}');
    described[url] ??= {};
    described[url][method.toLowerCase()] = operationOf(name, routes[name], schemas);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Consort',
      version: '1',
      description: "The operators' API of a production. See docs/api.md.",
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: described,
    components: {
      schemas: { ...schemas, Refusal: refusal },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'consort-session' },
      },
    },
  };
}

const refusal = {
  type: 'object',
  properties: {
    code: { type: 'string', description: 'See docs/errors.md' },
    text: { type: 'string', description: 'Who could not do what, and what to do' },
  },
  required: ['code', 'text'],
};

function operationOf(name: string, route: Route, schemas: Record<string, unknown>): Schema {
  const { summary, role, patientData, params, query, body, answer } = route;
  const fields = (where: 'path' | 'query', of: Fields | undefined) =>
    of ? parametersOf(where, jsonSchema(of, 'input', schemas)) : [];
  const parameters = [...fields('path', params), ...fields('query', query)];
  return {
    operationId: name,
    summary,
    'x-role': role,
    'x-patient-data': patientData,
    ...(role === 'anyone' ? {} : { security: [{ token: [] }, { session: [] }] }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body === undefined ? {} : { requestBody: { content: contentOf(body, 'input', schemas) } }),
    responses: {
      200: { description: 'Done', content: contentOf(answer, 'output', schemas) },
      default: {
        description: `Refused: ${[...new Set(Object.values(httpStatuses))].join(', ')} or 500`,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } },
      },
    },
  };
}

function contentOf(
  what: NonNullable<Route['body']> | Route['answer'],
  io: 'input' | 'output',
  schemas: Record<string, unknown>,
): Schema {
  if (what instanceof z.ZodType)
    return { 'application/json': { schema: jsonSchema(what, io, schemas) } };
  const types = typeof what === 'string' ? [what] : what;
  return Object.fromEntries(types.map((type) => [type, {}]));
}

function parametersOf(where: 'path' | 'query', schema: Schema): readonly Schema[] {
  const { properties = {}, required = [] } = schema as {
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

/** Schemas with a name are described once, among the components. */
function jsonSchema(
  schema: z.ZodType,
  io: 'input' | 'output',
  schemas: Record<string, unknown>,
): Schema {
  const made = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  const {
    $schema: _schema,
    $defs = {},
    ...rest
  } = atComponents(made) as {
    readonly $schema?: string;
    readonly $defs?: Readonly<Record<string, unknown>>;
  };
  Object.assign(schemas, $defs);
  return rest;
}

function atComponents(value: unknown): unknown {
  const text = JSON.stringify(value).replaceAll('"#/$defs/', '"#/components/schemas/');
  return JSON.parse(text) as unknown;
}
