import type { JsonSchema } from '@consort/core';

/** A key of a file, as a row of a table: `peers[].aet`. */
export interface KeyRow {
  readonly key: string;
  readonly type: string;
  /** `required`, the default as JSON, or nothing. */
  readonly usual: string;
  readonly description: string;
}

/** Every key that a schema knows, down to `depth` levels, in its order. */
export function keyRows(schema: JsonSchema, depth = 3, before = ''): readonly KeyRow[] {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>);
  const required = (schema['required'] ?? []) as readonly string[];
  return properties.flatMap(([name, one]) => {
    const key = `${before}${name}`;
    const row = {
      key,
      type: typeInWords(one),
      usual: required.includes(name) ? 'required' : defaultInWords(one),
      description: (one['description'] as string | undefined) ?? '',
    };
    if (depth === 1) return [row];
    const below = partsOf(one).flatMap(([mark, part]) =>
      keyRows(part, depth - 1, `${key}${mark}.`),
    );
    return [row, ...below.filter(({ key: k }, i) => below.findIndex((o) => o.key === k) === i)];
  });
}

function defaultInWords(schema: JsonSchema): string {
  return 'default' in schema ? JSON.stringify(schema['default']) : '';
}

/** The objects that a value may be or hold, each with how it is reached. */
function partsOf(schema: JsonSchema): readonly (readonly [mark: string, part: JsonSchema])[] {
  if ('properties' in schema) return [['', schema]];
  if ('items' in schema)
    return partsOf(schema['items'] as JsonSchema).map(([mark, part]) => [`[]${mark}`, part]);
  return ((schema['anyOf'] ?? []) as readonly JsonSchema[]).flatMap(partsOf);
}

function typeInWords(schema: JsonSchema): string {
  if ('$ref' in schema) return schema['$ref'] === '#/definitions/variable' ? '' : 'object';
  if ('enum' in schema) return (schema['enum'] as readonly unknown[]).map(String).join(', ');
  if ('const' in schema) return String(schema['const']);
  const several = schema['anyOf'] ?? schema['oneOf'];
  if (several) {
    const words = (several as readonly JsonSchema[]).map(typeInWords);
    return [...new Set(words)].filter((word) => word !== '').join(' or ');
  }
  const type = [(schema['type'] as string | readonly string[] | undefined) ?? 'anything']
    .flat()
    .join(' or ');
  if (type !== 'array') return type;
  const item = typeInWords((schema['items'] ?? {}) as JsonSchema);
  return `list of ${item === '' ? 'anything' : item}`;
}
