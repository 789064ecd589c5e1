import { classRows, type ClassRow } from './class-rows.ts';
import { contextsOf, type Context } from './contexts-of.ts';
import { mapItem, type MappedHost, type Omission } from './map-item.ts';
import { filesOfClasses, kindOfClass, settingForHost } from './name-custom.ts';
import type { IrisExport } from './read-export.ts';
import type { IrisProduction } from './read-production.ts';
import { convert, type Value } from './convert.ts';
import { productionRows } from './setting-rows.ts';

/** A production of IRIS in our words. */
export interface MappedProduction {
  readonly name: string;
  readonly className: string;
  readonly description: string;
  readonly keys: ReadonlyMap<string, Value>;
  readonly leftOut: readonly Omission[];
  readonly hosts: readonly MappedHost[];
  /** Items that there is no host for. */
  readonly unneeded: readonly { readonly name: string; readonly why: string }[];
}

/**
 * Maps a production: hosts to components, settings by the rows that the documentation shows too.
 * @param contexts what its services are to accept, where a list of associations was given
 */
export function mapProduction(
  { items, ...production }: IrisProduction,
  { className, classes }: Pick<IrisExport, 'className' | 'classes'>,
  contexts?: readonly Context[],
): MappedProduction {
  const known = new Map<string, ClassRow>(classRows.map((row) => [row.className, row]));
  const custom = items.map((item) => item.className).filter((name) => !known.has(name));
  const files = filesOfClasses([...new Set(custom)]);
  const names = new Set(items.map(({ name }) => name));
  const hosts: MappedHost[] = [];
  const unneeded: { name: string; why: string }[] = [];
  for (const item of items) {
    const row = known.get(item.className);
    if (row && row.component === undefined) {
      unneeded.push({ name: item.name, why: row.note });
      continue;
    }
    const kind = row ? { kind: row.kind, isGuess: false } : kindOfClass(item.className, classes);
    const component = row?.component ?? files.get(item.className) ?? '';
    const host = mapItem(item, { ...kind, component, isCustom: !row });
    if (!row) {
      listHosts(host, names);
      nameTargetsOfCode(host, classes.get(item.className)?.code ?? '', names);
    }
    if (component === 'dicom.tcp-service') addToService(host, contexts);
    if (item.className.includes('AsyncRouter')) host.keys.set('settings.answer', 'atOnce');
    hosts.push(host);
  }
  nameTheRest(hosts);
  const keys = new Map<string, Value>();
  const leftOut: Omission[] = [];
  for (const { name, value } of production.settings) {
    const row = productionRows.find(({ iris }) => iris === name);
    const found = row && convert(value, row.as);
    if (row && found && 'value' in found) keys.set(row.ours, found.value);
    else if (value !== '' && !isUsual(name, value)) {
      const why = found && 'reason' in found ? found.reason : row?.note;
      leftOut.push({ name, value, why: why ?? 'there is no equivalent' });
    }
  }
  if (hosts.some(({ name }) => name === alertHost)) keys.set('alerts.target', alertHost);
  const { name, description } = production;
  return { name, className, description, keys, leftOut, hosts, unneeded };
}

/** The item that IRIS sends alerts to, by its name alone. */
const alertHost = 'Ens.Alert';

function isUsual(name: string, value: string): boolean {
  return name === 'LogGeneralTraceEvents' && /^(0|false)$/i.test(value);
}

/** Several hosts in one setting of a class of one's own are a list. */
function listHosts({ keys }: MappedHost, names: ReadonlySet<string>): void {
  for (const [path, value] of keys) {
    const parts = String(value)
      .split(',')
      .map((part) => part.trim());
    if (parts.length > 1 && parts.every((part) => names.has(part))) keys.set(path, parts);
  }
}

/** Code that names its targets itself: with us they are settings, so that they are checked and drawn. */
function nameTargetsOfCode(host: MappedHost, code: string, names: ReadonlySet<string>): void {
  for (const [, name = ''] of code.matchAll(/SendRequest(?:Sync|Async)\(\s*"([^"]+)"/g))
    if (names.has(name)) nameTarget(host, name);
}

function nameTarget(host: MappedHost, target: string): void {
  if ([...host.keys.values()].includes(target)) return;
  const name = settingForHost(target);
  host.keys.set(`settings.${name}`, target);
  host.targetsOfCode.push(name);
}

/** Operations nothing names are named in code that is not at hand; where one process alone could be it, it is. */
function nameTheRest(hosts: readonly MappedHost[]): void {
  const names = new Set<unknown>(hosts.map(({ name }) => name));
  const namesNobody = ({ keys }: MappedHost) =>
    [...keys.values()].flat().every((value) => !names.has(value));
  const named = new Set<unknown>(hosts.flatMap(({ keys }) => [...keys.values()].flat()));
  const [process, ...more] = hosts.filter(
    (host) => host.kind === 'process' && host.isCustom && namesNobody(host),
  );
  if (!process || more.length > 0) return;
  const rest = hosts.filter(({ kind, name }) => kind === 'operation' && name !== alertHost);
  for (const { name } of rest) if (!named.has(name)) nameTarget(process, name);
}

function addToService(host: MappedHost, contexts: readonly Context[] | undefined): void {
  host.keys.set('settings.onFailure', 'abort');
  if (!contexts) return;
  host.contexts = contexts;
  const { serviceClasses } = contextsOf(contexts);
  if (serviceClasses.some((name) => name !== 'storage' && name !== 'verification'))
    host.keys.set('settings.serviceClasses', serviceClasses);
}
