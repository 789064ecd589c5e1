import { EngineError } from '@consort/core';
import type { z } from 'zod';
import type { Fields } from '../api/route.ts';

/**
 * Checks the parameters of a path or a query, which are texts, against what they are to be.
 * @throws EngineError USAGE what is wrong with which; never a value, which may be a patient's
 */
export function checkedFields(what: string, schema: Fields, texts: unknown): unknown {
  const given = (texts ?? {}) as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(schema.shape, name));
  if (unknown.length > 0) {
    const known = Object.keys(schema.shape).join(', ');
    throw new EngineError(
      'USAGE',
      `the ${what} has what the route does not know; it knows ${known || 'nothing'}`,
    );
  }
  const read = Object.entries(given).map(([name, text]) => [
    name,
    valueOf(schema.shape[name] as z.ZodType, text),
  ]);
  return checked(what, schema, Object.fromEntries(read));
}

/** Checks a body. @throws EngineError USAGE */
export function checked(what: string, schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.map(String).join('.') || 'it'}: ${message}`);
  throw new EngineError('USAGE', `the ${what} is not as it should be: ${issues.join('; ')}`);
}

/** A text as what its schema wants; one that is none stays a text, and is refused as such. */
function valueOf(schema: z.ZodType, text: unknown): unknown {
  if (typeof text !== 'string') return text;
  const type = typeOf(schema);
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  const isNumber = type === 'number' && /^-?\d{1,15}(\.\d{1,15})?$/.test(text);
  return isNumber ? Number(text) : text;
}

function typeOf(schema: z.ZodType): string {
  const def = schema.def as { readonly type: string; readonly innerType?: z.ZodType };
  return def.innerType ? typeOf(def.innerType) : def.type;
}
