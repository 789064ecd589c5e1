import type { z } from 'zod';
import type { CheckedHost } from './check-host.ts';
import { defaultOf } from './default-of.ts';
import { hostKeys, productionKeys, sectionOf } from './production-keys.ts';
import type { Report } from './report.ts';
import { meantValues, takes } from './schema-walk.ts';
import { plain, scalarsOf, treeAt, type Tree, type TreeMap, type TreePath } from './tree.ts';
import { withoutPasswords } from './without-passwords.ts';

/** A value that is in force, and where it comes from. */
export interface ConfigValue {
  /** Its keys from the outermost: `services`, `In`, `settings`, `port`. */
  readonly path: readonly string[];
  /** As it is written; bullets for a secret and for a URL with a password. */
  readonly value: unknown;
  /** environment: a `${VAR}` that was set; file: what stands in the file; default: of the engine or the component. */
  readonly from: 'environment' | 'file' | 'default';
  /** Where it stands, `production.yaml:9:17`. */
  readonly place?: string;
}

/** Every value of a production file as it is in force, in the order of the file: its own keys, then its hosts. */
export function configOf(
  own: TreeMap,
  hosts: readonly CheckedHost[],
  report: Report,
): readonly ConfigValue[] {
  const place = (at: number) => report.place(at);
  return [
    ...valuesOf(productionKeys, own, [], place),
    ...hosts.flatMap(({ name, kind, tree, component, componentName }) => {
      const path = [sectionOf(kind), name];
      const at = tree.entries.get('component')?.value.at ?? tree.at;
      const settings = tree.entries.get('settings')?.value;
      const refused = component?.kind === 'service' ? Object.keys(component.refuses ?? {}) : [];
      return [
        {
          path: [...path, 'component'],
          value: componentName,
          from: 'file' as const,
          place: place(at),
        },
        ...valuesOf(hostKeys[kind], tree, path, place).filter(
          ({ path: [, , key = ''] }) => !refused.includes(key),
        ),
        ...(component ? valuesOf(component.settings, settings, [...path, 'settings'], place) : []),
      ];
    }),
  ];
}

/** Objects are gone into while each of their keys has its own source; what they hold is one value. */
function valuesOf(
  schema: z.ZodObject,
  tree: Tree | undefined,
  path: readonly string[],
  place: (at: number) => string,
): readonly ConfigValue[] {
  const secrets = secretsOf(schema, tree);
  return Object.entries(schema.shape).flatMap(([key, part]) => {
    const here = [...path, key];
    const written = tree && treeAt(tree, [key]);
    const setting = part as z.core.$ZodType;
    const inner = objectOf(setting);
    const usual = defaultOf(setting);
    if (inner && (written?.kind === 'map' || (!written && usual !== undefined))) {
      return valuesOf(inner, written, here, place);
    }
    if (written) return [{ path: here, ...valueOf(setting, written, [key], secrets, place) }];
    return usual === undefined ? [] : [{ path: here, value: usual, from: 'default' as const }];
  });
}

function valueOf(
  setting: z.core.$ZodType,
  tree: Tree,
  steps: TreePath,
  secrets: ReadonlySet<string>,
  place: (at: number) => string,
): Omit<ConfigValue, 'path'> {
  const isFromEnvironment = scalarsOf(tree).some(({ fromEnvironment }) => fromEnvironment);
  // A variable in quotes is a number where no text is taken.
  const isOther =
    tree.kind === 'scalar' && tree.alternative !== undefined && !takes(setting, tree.value);
  const value = isOther ? tree.alternative : plain(tree);
  return {
    value: masked(value, steps, secrets),
    from: isFromEnvironment ? 'environment' : 'file',
    place: place(tree.at),
  };
}

function secretsOf(schema: z.ZodObject, tree: Tree | undefined): ReadonlySet<string> {
  const meant = tree ? meantValues(schema, plain(tree)) : [];
  return new Set(
    meant.filter(({ meaning }) => meaning === 'secret').map(({ path }) => JSON.stringify(path)),
  );
}

function masked(value: unknown, path: TreePath, secrets: ReadonlySet<string>): unknown {
  if (secrets.has(JSON.stringify(path))) return '•••';
  if (typeof value === 'string') return withoutPasswords(value);
  if (Array.isArray(value)) return value.map((item, at) => masked(item, [...path, at], secrets));
  if (typeof value !== 'object' || value === null) return value;
  const parts = Object.entries(value as Readonly<Record<string, unknown>>);
  return Object.fromEntries(
    parts.map(([key, part]) => [key, masked(part, [...path, key], secrets)]),
  );
}

/** An object schema in its optional and default wrappers. */
function objectOf(schema: z.core.$ZodType): z.ZodObject | undefined {
  let inner: z.core.$ZodType | undefined = schema;
  while (inner && inner._zod.def.type !== 'object') {
    inner = (inner._zod.def as { innerType?: z.core.$ZodType }).innerType;
  }
  return inner as z.ZodObject | undefined;
}
