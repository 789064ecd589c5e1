import type { z } from 'zod';
import { meaningOf } from '../settings.ts';

/** The default of a setting as it would stand in the file; undefined where there is none. */
export function defaultOf(setting: z.core.$ZodType): unknown {
  let schema: z.core.$ZodType | undefined = setting;
  while (schema) {
    const def = schema._zod.def as Definition;
    if (def.type === 'default' || def.type === 'prefault') {
      return meaningOf(setting) === 'duration' ? asDuration(def.defaultValue) : def.defaultValue;
    }
    schema = def.innerType;
  }
  return undefined;
}

interface Definition {
  readonly type: string;
  readonly innerType?: z.core.$ZodType;
  readonly defaultValue?: unknown;
}

/** A default behind the schema is in milliseconds, one before it is as it is written. */
function asDuration(value: unknown): unknown {
  if (typeof value !== 'number' || value === -1) return value;
  if (value === Infinity) return -1;
  const unit = units.find(([, length]) => value >= length && value % length === 0);
  return unit ? `${value / unit[1]}${unit[0]}` : `${value}ms`;
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;
