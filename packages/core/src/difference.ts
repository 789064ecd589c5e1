import { isDeepStrictEqual } from 'node:util';
import { formatDuration } from './format-duration.ts';
import type { Host, Production } from './production.ts';
import { settingsThatAre } from './settings.ts';

/** What one production has otherwise than another. */
export interface Difference {
  /** In the order of the files: removed hosts first. */
  readonly hosts: readonly HostDifference[];
  /** Keys of the file itself, each as `retention.completed 7d → 30d`. */
  readonly keys: readonly string[];
}

/** What has become of one host. */
export interface HostDifference {
  readonly name: string;
  readonly kind: Host['kind'];
  readonly change: 'added' | 'removed' | 'changed';
  /** What has changed, each as `poolSize 1 → 4`; secrets without their values. Empty for added and removed ones. */
  readonly keys: readonly string[];
  /** Whether it has to be started again; alerts and remarks do not need it. */
  readonly isRestarted: boolean;
}

/** Compares two checked productions. A component counts as changed when its code was loaded anew. */
export function differenceOf(before: Production, after: Production): Difference {
  const was = new Map(before.hosts.map((host) => [host.name, host]));
  const is = new Map(after.hosts.map((host) => [host.name, host]));
  const removed = before.hosts.filter(({ name }) => !is.has(name));
  return {
    keys: changesOf(ownKeys(before), ownKeys(after), ['openIdConnect.clientSecret']),
    hosts: [
      ...removed.map((host) => whole(host, 'removed')),
      ...after.hosts.flatMap((host) => {
        const old = was.get(host.name);
        if (!old) return [whole(host, 'added')];
        const keys = hostChanges(old, host);
        if (keys.length === 0) return [];
        const isRestarted = hostChanges(withoutRemarks(old), withoutRemarks(host)).length > 0;
        return [
          { name: host.name, kind: host.kind, change: 'changed' as const, keys, isRestarted },
        ];
      }),
    ],
  };
}

function whole({ name, kind }: Host, change: 'added' | 'removed'): HostDifference {
  return { name, kind, change, keys: [], isRestarted: true };
}

function ownKeys({ hosts: _hosts, file: _file, ...own }: Production) {
  return own;
}

/** What the hosts of a thread do not look at. */
function withoutRemarks(host: Host): Host {
  const {
    alerts: _alerts,
    comment: _comment,
    category: _category,
    logTraceEvents: _traces,
    ...rest
  } = host;
  return rest;
}

function hostChanges(before: Host, after: Host): readonly string[] {
  const isSameCode = before.component === after.component;
  const isSameName = before.componentName === after.componentName;
  const secrets = settingsThatAre('secret', after.component.settings).map(
    (name) => `settings.${name}`,
  );
  return [
    ...changesOf(comparable(before), comparable(after), secrets),
    ...(isSameName && !isSameCode ? [`component ${after.componentName} has new code`] : []),
  ];
}

function comparable({
  component: _component,
  origins: _origins,
  environment: _environment,
  ...rest
}: Host) {
  return rest;
}

function changesOf(before: object, after: object, secrets: readonly string[] = []) {
  const was = flat(before);
  const is = flat(after);
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((key) => !isDeepStrictEqual(was.get(key), is.get(key)))
    .map((key) => {
      return secrets.includes(key)
        ? `${key} changed`
        : `${key} ${inWords(key, was.get(key))} → ${inWords(key, is.get(key))}`;
    });
}

/** The keys of a plain object down to its second level, where production files have their values. */
function flat(values: object): Map<string, unknown> {
  return new Map(
    Object.entries(values).flatMap(([key, value]) =>
      isPlain(value)
        ? Object.entries(value).map(([inner, part]) => [`${key}.${inner}`, part] as const)
        : [[key, value] as const],
    ),
  );
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const durations = /^(retry\.\w+|retention\.(completed|failed)|shutdownTimeout|updateTimeout)$/;

function inWords(key: string, value: unknown): string {
  if (value === undefined) return 'not set';
  if (value === Infinity) return 'for ever';
  if (typeof value === 'number' && durations.test(key)) return formatDuration(value);
  const text = JSON.stringify(value) ?? 'a value';
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
