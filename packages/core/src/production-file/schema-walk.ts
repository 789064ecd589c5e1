import { z } from 'zod';
import { meaningOf, pathUseOf, type PathUse, type SettingMeaning } from '../settings.ts';
import type { TreePath } from './tree.ts';

type Schema = z.core.$ZodType;

/** A schema met on the way through a value, without its optional and default wrappers. */
export interface Visit {
  readonly path: TreePath;
  readonly schema: Schema;
  readonly value: unknown;
}

/** A value whose schema has a meaning. */
export interface MeantValue {
  readonly meaning: SettingMeaning;
  readonly path: TreePath;
  readonly value: string;
  /** Of a path that is for reading or writing. */
  readonly use?: PathUse;
}

/** A key that no schema at its place knows, and the keys they do know. */
export interface UnknownKey {
  readonly path: TreePath;
  readonly known: readonly string[];
}

/**
 * Goes through a value along its schema: objects, lists, records and tuples into their parts,
 * unions into the option that takes the value, into each when none does. Works on a value that does not fit as far as it does.
 */
export function* visits(
  schema: Schema,
  value: unknown,
  path: TreePath = [],
): Generator<Visit, void> {
  if (value === undefined || path.length > 32) return;
  const def = schema._zod.def as Definition;
  const wrapped = def.innerType ?? def.in ?? (def.type === 'lazy' ? def.getter?.() : undefined);
  if (wrapped) {
    yield* visits(wrapped, value, path);
    return;
  }
  yield { path, schema, value };
  for (const option of meantOptions(def.options ?? [], value)) yield* visits(option, value, path);
  for (const side of [def.left, def.right]) if (side) yield* visits(side, value, path);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const element = def.element ?? def.items?.[index] ?? def.rest ?? undefined;
      if (element) yield* visits(element, item, [...path, index]);
    }
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      const element = shapeOf(def)?.[key] ?? def.valueType;
      if (element) yield* visits(element, item, [...path, key]);
    }
  }
}

/** The values that are targets, secrets or paths, however deep, each place once. */
export function meantValues(schema: Schema, value: unknown): readonly MeantValue[] {
  const found = new Map<string, MeantValue>();
  for (const visit of visits(schema, value)) {
    const meaning = meaningOf(visit.schema);
    if (!meaning || typeof visit.value !== 'string') continue;
    const use = pathUseOf(visit.schema);
    found.set(`${meaning} ${JSON.stringify(visit.path)}`, {
      meaning,
      path: visit.path,
      value: visit.value,
      ...(use && { use }),
    });
  }
  return [...found.values()];
}

/**
 * The keys of a value that its schema does not know, however deep: objects are strict unless they
 * are declared loose; of a union a key is unknown when every option that is an object says so.
 */
export function unknownKeys(schema: Schema, value: unknown): readonly UnknownKey[] {
  const knownAt = new Map<string, Set<string> | 'any'>();
  const objects = [...visits(schema, value)].filter((visit) => isObject(visit.value));
  for (const { path, schema: at } of objects) {
    const def = at._zod.def as Definition;
    const place = JSON.stringify(path);
    const known = knownAt.get(place) ?? new Set<string>();
    const shape = shapeOf(def);
    if (shape && !takesMore(def) && known !== 'any') {
      knownAt.set(place, new Set([...known, ...Object.keys(shape)]));
    } else if (!def.options && !def.left && def.type !== 'array') {
      knownAt.set(place, 'any');
    }
  }
  const unknown = new Map<string, UnknownKey>();
  for (const { path, value: object } of objects) {
    const known = knownAt.get(JSON.stringify(path)) ?? 'any';
    if (known === 'any') continue;
    for (const key of Object.keys(object as Readonly<Record<string, unknown>>)) {
      const at = [...path, key];
      if (!known.has(key)) unknown.set(JSON.stringify(at), { path: at, known: [...known] });
    }
  }
  return [...unknown.values()];
}

/** Says whether a schema takes a value, as far as it can tell at once. */
export function takes(schema: Schema, value: unknown): boolean {
  try {
    return z.core.safeParse(schema, value).success;
  } catch {
    // It can only tell asynchronously.
    return false;
  }
}

// The parts of zod's definitions that lead from a schema to another.
interface Definition {
  readonly type: string;
  readonly innerType?: Schema;
  readonly in?: Schema;
  readonly getter?: () => Schema;
  readonly options?: readonly Schema[];
  readonly left?: Schema;
  readonly right?: Schema;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly element?: Schema;
  readonly items?: readonly Schema[];
  readonly rest?: Schema | null;
  readonly valueType?: Schema;
  readonly catchall?: Schema;
}

function shapeOf(def: Definition): Readonly<Record<string, Schema>> | undefined {
  if (def.type !== 'object' || !def.shape) return undefined;
  return def.shape;
}

function takesMore(def: Definition): boolean {
  return def.catchall !== undefined && def.catchall._zod.def.type !== 'never';
}

function meantOptions(options: readonly Schema[], value: unknown): readonly Schema[] {
  const taking = options.find((option) => takes(option, value));
  return taking ? [taking] : options;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
