import type { Component } from '../component.ts';
import { hostNameProblem } from './host-name.ts';
import { show } from './issue-wording.ts';
import { productionKeys, sectionNames, sections } from './production-keys.ts';
import type { Report } from './report.ts';
import type { Tree, TreeMap } from './tree.ts';
import { unknownKey } from './validate.ts';

/** A host as the file has it, before its component is known. */
export interface HostEntry {
  readonly name: string;
  readonly nameAt: number;
  /** By the section it stands in. */
  readonly kind: Component['kind'];
  readonly tree: TreeMap;
}

/** The keys of the file itself and its hosts. */
export interface ProductionEntries {
  readonly own: TreeMap;
  readonly hosts: readonly HostEntry[];
}

/** Finds the hosts of a production file and reports what is wrong with its outer shape. */
export function readHosts(tree: Tree, report: Report): ProductionEntries | undefined {
  if (tree.kind === 'broken') return undefined;
  if (tree.kind !== 'map') {
    report.error(
      'VALUE_UNFIT',
      tree.at,
      'a production file has keys and values: name, services, processes, …',
    );
    return undefined;
  }
  const known: readonly string[] = [...Object.keys(productionKeys.shape), ...sectionNames];
  for (const [key, { keyAt }] of tree.entries) {
    if (known.includes(key)) continue;
    const { message, suggestion } = unknownKey(key, known);
    report.error('KEY_UNKNOWN', keyAt, message, suggestion);
  }
  const hosts = sectionNames.flatMap((section) => {
    const entry = tree.entries.get(section);
    if (!entry || isEmpty(entry.value)) return [];
    if (entry.value.kind === 'map') return hostsOf(entry.value, sections[section], report);
    if (entry.value.kind !== 'broken') {
      report.error('VALUE_UNFIT', entry.value.at, `${section}: expected host names as keys`);
    }
    return [];
  });
  reportRepeatedNames(hosts, report);
  if (hosts.length === 0 && !anythingBroken(tree)) {
    report.warning('NO_HOSTS', tree.at, 'the production has no hosts');
  }
  const own = [...tree.entries].filter(([key]) => Object.hasOwn(productionKeys.shape, key));
  return { own: { ...tree, entries: new Map(own) }, hosts };
}

/** Says whether a key was given without a value. */
export function isEmpty(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.value === null;
}

function hostsOf(tree: TreeMap, kind: Component['kind'], report: Report): readonly HostEntry[] {
  return [...tree.entries].map(([name, { keyAt, value }]) => {
    const problem = hostNameProblem(name);
    if (problem !== undefined) {
      report.error(
        'HOST_NAME_UNFIT',
        keyAt,
        `${show(name)} cannot be the name of a host: ${problem}`,
      );
    }
    if (value.kind === 'map') return { name, nameAt: keyAt, kind, tree: value };
    if (!isEmpty(value) && value.kind !== 'broken') {
      report.error(
        'VALUE_UNFIT',
        value.at,
        `${name}: expected component, settings and so on as keys`,
      );
    }
    // A host without a word keeps its name, so that what targets it is not reported as well.
    return { name, nameAt: keyAt, kind, tree: { kind: 'map', at: keyAt, entries: new Map() } };
  });
}

function reportRepeatedNames(hosts: readonly HostEntry[], report: Report): void {
  const first = new Map<string, HostEntry>();
  for (const host of hosts) {
    const earlier = first.get(host.name);
    if (!earlier) {
      first.set(host.name, host);
      continue;
    }
    const where = report.place(earlier.nameAt);
    report.error(
      'HOST_NAME_REPEATED',
      host.nameAt,
      `${host.name} is already the name of a ${earlier.kind} at ${where}`,
    );
  }
}

function anythingBroken(tree: TreeMap): boolean {
  return sectionNames.some((section) => {
    const value = tree.entries.get(section)?.value;
    return value !== undefined && value.kind !== 'map' && !isEmpty(value);
  });
}
