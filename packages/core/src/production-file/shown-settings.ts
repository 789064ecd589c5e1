import type { Host } from '../production.ts';
import { meantValues } from './schema-walk.ts';
import type { TreePath } from './tree.ts';

/** A setting of a host as it is in force, and where its value comes from. */
export interface ShownSetting {
  readonly name: string;
  /** Plain data; bullets for a secret. */
  readonly value: unknown;
  /** environment: a `${VAR}` that was set; file: what stands in the file; default: the component's own. */
  readonly from: 'environment' | 'file' | 'default';
  /** Where it stands in the file, `production.yaml:9:17`. */
  readonly place?: string;
}

/** What the settings of a host are, in the order of its component; those that are not set and have no default are left out. */
export function shownSettings(host: Host): readonly ShownSetting[] {
  const { component, origins, environment = [] } = host;
  const secrets = meantValues(component.settings, host.settings)
    .filter(({ meaning }) => meaning === 'secret')
    .map(({ path }) => path);
  return Object.keys(component.settings.shape)
    .filter((name) => host.settings[name] !== undefined)
    .map((name) => {
      const place = origins[name];
      const from = place === undefined ? 'default' : 'file';
      return {
        name,
        value: masked(host.settings[name], [name], secrets),
        from: environment.includes(name) ? 'environment' : from,
        ...(place === undefined ? {} : { place }),
      };
    });
}

/** For ever is told as -1, as it is written. */
function masked(value: unknown, path: TreePath, secrets: readonly TreePath[]): unknown {
  if (secrets.some((secret) => secret.join('\0') === path.join('\0'))) return '•••';
  if (value === Infinity) return -1;
  if (Array.isArray(value)) {
    return value.map((item, index) => masked(item, [...path, index], secrets));
  }
  if (typeof value !== 'object' || value === null) return value;
  const parts = Object.entries(value as Readonly<Record<string, unknown>>);
  return Object.fromEntries(
    parts.map(([key, part]) => [key, masked(part, [...path, key], secrets)]),
  );
}
