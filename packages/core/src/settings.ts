import { z } from 'zod';

/** What the engine knows of a setting beyond its type. */
export type SettingMeaning = 'target' | 'asyncTarget' | 'secret' | 'path' | 'duration';

/** What a component does with the file or folder that a setting names. */
export type PathUse = 'reading' | 'writing';

const meanings = z.registry<{ meaning: SettingMeaning; use?: PathUse }>();

/**
 * A setting that names another host of the production: an edge of its graph.
 * `production check` says when there is no such host, and when hosts could wait for each other in a circle.
 * @param options.async the component sends to it with sendRequestAsync only, and so never waits for it
 */
export function target({ async: isAsync = false } = {}) {
  return z
    .string()
    .min(1)
    .register(meanings, { meaning: isAsync ? 'asyncTarget' : 'target' });
}

/** A setting that is never shown; shown as ••• everywhere. */
export function secret() {
  return z.string().min(1).register(meanings, { meaning: 'secret' });
}

/**
 * A setting that is a file or folder; a relative one is resolved against the production file's folder.
 * @param options.for reading: a file that has to be there; writing: a folder that files are written to, made when its
 *   parent is there. `production check` looks at both. Default: it is not looked at.
 */
export function path(options: { readonly for?: PathUse } = {}) {
  const use = options.for;
  return z
    .string()
    .min(1)
    .register(meanings, { meaning: 'path', ...(use && { use }) });
}

/**
 * A length of time: a number with its unit (`250ms`, `5s`, `10m`, `2h`, `1d`), or -1 for ever.
 * Its value is in milliseconds; for ever is Infinity.
 */
export function duration() {
  const either = z.union([z.string(), z.literal(-1)]);
  const milliseconds = either.transform((value, context) => {
    const parsed = parseDuration(value);
    if (parsed === undefined) {
      context.addIssue({
        code: 'custom',
        message: `${JSON.stringify(value)} is not a duration; write a number with ms, s, m, h or d, like 5s, or -1 for ever`,
      });
      return z.NEVER;
    }
    return parsed;
  });
  return milliseconds.register(meanings, { meaning: 'duration' });
}

/** Milliseconds of `5s`, `1.5m`; Infinity for -1; undefined when it is no duration. */
export function parseDuration(value: string | number): number | undefined {
  if (value === -1 || value === '-1') return Infinity;
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(String(value));
  if (!match) return undefined;
  const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  return Number(match[1]) * units[match[2] as keyof typeof units];
}

/** The meaning a setting's schema was declared with, looked for through optional and default wrappers. */
export function meaningOf(schema: z.core.$ZodType): SettingMeaning | undefined {
  return declared(schema)?.meaning;
}

/** What a path is for, where its setting says so. */
export function pathUseOf(schema: z.core.$ZodType): PathUse | undefined {
  return declared(schema)?.use;
}

/** The settings of an object schema that have a meaning, by name. */
export function settingsThatAre(meaning: SettingMeaning, schema: z.ZodObject): readonly string[] {
  return Object.entries(schema.shape)
    .filter(([, value]) => meaningOf(value as z.core.$ZodType) === meaning)
    .map(([name]) => name);
}

function declared(schema: z.core.$ZodType) {
  let inner: z.core.$ZodType | undefined = schema;
  while (inner) {
    const found = meanings.get(inner);
    if (found) return found;
    inner = (inner._zod.def as { innerType?: z.core.$ZodType }).innerType;
  }
  return undefined;
}
