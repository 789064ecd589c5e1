import { resolve } from 'node:path';
import { hostAlertsOf, type AlertKeys } from '../alerts/alert-keys.ts';
import type { Component } from '../component.ts';
import type { Host, RetryPolicy } from '../production.ts';
import type { ReplyCodeRule } from '../reply-code-actions.ts';
import type { Schedule } from '../schedule/schedule.ts';
import { settingsThatAre } from '../settings.ts';
import { isolationOf, type IsolationKeys } from './check-isolation.ts';
import type { Wording } from './issue-wording.ts';
import type { NamedComponent } from './load-component.ts';
import { engineKeys, hostKeys, sectionNames, sectionOf, sections } from './production-keys.ts';
import { isEmpty, type HostEntry } from './read-hosts.ts';
import type { Report } from './report.ts';
import { meantValues, type MeantValue } from './schema-walk.ts';
import { offsetOf, scalarsOf, treeAt, type Tree, type TreeMap, type TreePath } from './tree.ts';
import { nameOf, unknownKey, validate } from './validate.ts';

/** A host that has been checked by itself. */
export interface CheckedHost extends HostEntry {
  readonly component?: Component;
  readonly componentName?: string;
  /** What the settings send to. */
  readonly targets: readonly Target[];
  /** Absent when something about the host is wrong. */
  readonly host?: Host;
  /** Where a setting stands, the host's name when it is not set. */
  settingAt(setting: string): number;
}

/** A host named by a setting. */
export interface Target {
  readonly setting: string;
  readonly host: string;
  readonly at: number;
  /** Nobody waits for what is sent to it. */
  readonly isAsync: boolean;
}

/** Checks the engine's keys of a host and its settings, each against its schema. */
export async function checkHost(
  entry: HostEntry,
  named: NamedComponent | undefined,
  folder: string,
  report: Report,
): Promise<CheckedHost> {
  const settings = settingsOf(entry, report);
  const at = (path: TreePath) => offsetOf(settings.tree, path, settings.at);
  const settingAt = (name: string) =>
    treeAt(settings.tree, [name])
      ? at([name])
      : (entry.tree.entries.get(name)?.keyAt ?? entry.nameAt);
  const kind = named?.component.kind ?? entry.kind;
  const engine = await checkEngineKeys(entry, kind, named, report);
  if (!named) {
    // Without its component nobody can say which of these are secret.
    for (const scalar of scalarsOf(settings.tree)) report.hide(scalar.at, scalar.end);
    return { ...entry, targets: [], settingAt };
  }
  const { component, componentName } = named;
  const { input, output } = await validate(component.settings, settings.tree, {
    report,
    at: settings.at,
    explain: (path) => explainSetting(path, componentName),
  });
  const meant = meantValues(component.settings, output ?? input);
  guardSecrets(meant, settings.tree, report);
  const targets = meant
    .filter(({ meaning }) => meaning === 'target' || meaning === 'asyncTarget')
    .map(({ path, value, meaning }) => ({
      setting: nameOf(path),
      host: value,
      at: at(path),
      isAsync: meaning === 'asyncTarget',
    }));
  const checked = { ...entry, component, componentName, targets, settingAt };
  if (!engine || !output || !settings.readable || kind !== entry.kind) return checked;
  const alerts = hostAlertsOf(engine);
  const origins = [...settings.tree.entries.keys()].map((name) => [name, report.place(at([name]))]);
  return {
    ...checked,
    host: {
      name: entry.name,
      kind,
      componentName,
      component,
      enabled: engine.enabled,
      poolSize: engine.poolSize,
      ...(engine.schedule && { schedule: engine.schedule }),
      ...(engine.comment !== undefined && { comment: engine.comment }),
      ...(engine.category !== undefined && { category: engine.category }),
      ...(engine.logTraceEvents && { logTraceEvents: true }),
      ...isolationOf(entry, named, engine, report),
      ...(engine.retry && { retry: engine.retry }),
      ...(engine.replyCodeActions && { replyCodeActions: engine.replyCodeActions }),
      ...(engine.invocation === 'inProc' && { invocation: 'InProc' as const }),
      ...(alerts && { alerts }),
      settings: withAbsolutePaths(output, meant, folder),
      ...environmentOf(settings.tree),
      origins: { '': report.place(entry.nameAt), ...Object.fromEntries(origins) },
    },
  };
}

function environmentOf(settings: TreeMap): Pick<Host, 'environment'> {
  const names = [...settings.entries]
    .filter(([, { value }]) => scalarsOf(value).some(({ fromEnvironment }) => fromEnvironment))
    .map(([name]) => name);
  return names.length > 0 ? { environment: names } : {};
}

/** Says whether a component has settings that are targets at all. */
export function hasTargets(component: Component): boolean {
  const { settings } = component;
  return (
    [...settingsThatAre('target', settings), ...settingsThatAre('asyncTarget', settings)].length > 0
  );
}

interface Settings {
  readonly tree: TreeMap;
  readonly at: number;
  readonly readable: boolean;
}

function settingsOf(entry: HostEntry, report: Report): Settings {
  const found = entry.tree.entries.get('settings');
  const at = found?.keyAt ?? entry.nameAt;
  const none: TreeMap = { kind: 'map', at, entries: new Map() };
  if (!found || isEmpty(found.value)) return { tree: none, at, readable: true };
  if (found.value.kind === 'map') return { tree: found.value, at, readable: true };
  if (found.value.kind !== 'broken') {
    report.error('VALUE_UNFIT', found.value.at, 'settings: expected keys and values');
  }
  return { tree: none, at, readable: false };
}

interface EngineKeys
  extends AlertKeys, IsolationKeys, Pick<Host, 'comment' | 'category' | 'logTraceEvents'> {
  readonly enabled: boolean;
  readonly poolSize: number;
  readonly schedule?: Schedule;
  readonly retry?: RetryPolicy;
  readonly replyCodeActions?: readonly ReplyCodeRule[];
  readonly invocation?: 'queue' | 'inProc';
}

async function checkEngineKeys(
  entry: HostEntry,
  kind: Component['kind'],
  named: NamedComponent | undefined,
  report: Report,
): Promise<EngineKeys | undefined> {
  const refuses = named?.component.kind === 'service' ? (named.component.refuses ?? {}) : {};
  const refused = Object.entries(refuses).flatMap(([key, reason]) => {
    const found = entry.tree.entries.get(key);
    if (found)
      report.error('KEY_REFUSED', found.keyAt, `${key} on ${named?.componentName}: ${reason}`);
    return found ? [key] : [];
  });
  const others = ['component', 'settings', ...refused];
  const keys = [...entry.tree.entries].filter(([key]) => !others.includes(key));
  const tree: Tree = { ...entry.tree, entries: new Map(keys) };
  const { output } = await validate(hostKeys[kind], tree, {
    report,
    at: entry.nameAt,
    explain: (path) => explainEngineKey(path, kind, named),
  });
  return refused.length > 0 ? undefined : (output as EngineKeys | undefined);
}

const misplaced = 'KEY_MISPLACED' as const;

function explainEngineKey(
  path: TreePath,
  kind: Component['kind'],
  named: NamedComponent | undefined,
): Wording | undefined {
  const key = String(path[0]);
  if (path.length > 1) return undefined;
  if (key === 'retry' && kind === 'service') {
    const message = 'a service has no retry: it takes messages in, and nothing is tried again';
    return { message, code: misplaced };
  }
  if (named && Object.hasOwn(named.component.settings.shape, key)) {
    const message = `${key} is a setting of ${named.componentName}; move it under settings:`;
    return { message, suggestion: `settings: { ${key}: … }`, code: misplaced };
  }
  const others = sectionNames.filter((section) => key in hostKeys[sections[section]].shape);
  if (others.length > 0 && !(key in hostKeys[kind].shape)) {
    const message = `${key} is a key of ${others.join(' and ')}, not of ${sectionOf(kind)}`;
    return { message, code: misplaced };
  }
  const known = ['component', 'settings', ...Object.keys(hostKeys[kind].shape)];
  return unknownKey(key, known);
}

function explainSetting(path: TreePath, componentName: string) {
  const key = String(path[0]);
  if (path.length > 1 || !engineKeys.includes(key)) return undefined;
  const message = `${key} is a key of the host, not a setting of ${componentName}; move it out of settings:, beside component:`;
  return { message, code: misplaced };
}

function guardSecrets(meant: readonly MeantValue[], tree: Tree, report: Report): void {
  for (const { meaning, path } of meant) {
    const scalar = meaning === 'secret' ? treeAt(tree, path) : undefined;
    if (scalar?.kind !== 'scalar') continue;
    report.hide(scalar.at, scalar.end);
    if (scalar.fromEnvironment) continue;
    const name = nameOf(path);
    const message = `${name} is a secret written in clear; take it from the environment`;
    const variable = name.replace(/[^a-zA-Z0-9]+/g, '_').replace(/([a-z])([A-Z])/g, '$1_$2');
    report.warning('SECRET_IN_CLEAR', scalar.at, message, `"\${${variable.toUpperCase()}}"`);
  }
}

function withAbsolutePaths(
  settings: Readonly<Record<string, unknown>>,
  meant: readonly MeantValue[],
  folder: string,
): Readonly<Record<string, unknown>> {
  const paths = meant.filter(({ meaning }) => meaning === 'path');
  return paths.reduce<Readonly<Record<string, unknown>>>(
    (result, { path, value }) =>
      withPart(result, path, resolve(folder, value)) as Readonly<Record<string, unknown>>,
    settings,
  );
}

// What lies beside the path stays as the schema gave it, whatever it is.
function withPart(whole: unknown, [step, ...rest]: TreePath, part: unknown): unknown {
  if (step === undefined) return part;
  if (Array.isArray(whole)) {
    return whole.map((item, index) => (index === step ? withPart(item, rest, part) : item));
  }
  const map = whole as Readonly<Record<PropertyKey, unknown>>;
  return { ...map, [step]: withPart(map[step], rest, part) };
}
