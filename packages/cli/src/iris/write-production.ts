import { wrap } from '../terminal/width.ts';
import { contextsOf, type Context } from './contexts-of.ts';
import type { Value } from './convert.ts';
import type { MappedHost, Omission } from './map-item.ts';
import type { MappedProduction } from './map-production.ts';
import { todosOf } from './todos.ts';

const sections = [
  ['services', 'service'],
  ['processes', 'process'],
  ['operations', 'operation'],
] as const;

/** A mapped production as a production file, with comments on what is to do and what was left out. */
export function writeProduction(production: MappedProduction): string {
  const { name, className, description, keys, leftOut, hosts, unneeded } = production;
  const lines = [
    ...comment(`Imported from the production ${className} of InterSystems IRIS.`, ''),
    `name: ${scalar(name)}`,
    ...(description === '' ? [] : [`description: ${scalar(description)}`]),
    ...keyLines(keys, ''),
    ...leftOut.flatMap((one) => comment(omissionText(one), '')),
    ...unneeded.flatMap((one) => comment(`The item ${one.name} is not here: ${one.why}.`, '')),
  ];
  for (const [section, kind] of sections) {
    const members = hosts.filter((host) => host.kind === kind);
    if (members.length === 0) continue;
    lines.push('', `${section}:`);
    members.forEach((host, index) => {
      lines.push(...(index > 0 ? [''] : []), ...hostLines(host));
    });
  }
  return `${lines.join('\n')}\n`;
}

/** A setting that was left out, and why. */
export function omissionText({ name, value, why }: Omission): string {
  return `${name}${value === undefined ? '' : ` ${JSON.stringify(value)}`} is left out: ${why}.`;
}

function hostLines(host: MappedHost): readonly string[] {
  return [
    ...todosOf(host).flatMap((todo) => comment(`To do: ${todo}`, '  ')),
    `  ${key(host.name)}:`,
    `    component: ${scalar(host.component)}`,
    ...keyLines(host.keys, '    '),
    ...(host.contexts ? contextLines(host.contexts) : []),
    ...host.leftOut.flatMap((one) => comment(omissionText(one), '    ')),
  ];
}

/** Keys by path, two levels at most, each level in one place. */
function keyLines(keys: ReadonlyMap<string, Value>, indent: string): readonly string[] {
  const groups = Map.groupBy(keys, ([path]) => path.split('.')[0] ?? '');
  // The settings come last: lines that belong to them may follow.
  const sorted = [...groups].toSorted(
    ([a], [b]) => Number(a === 'settings') - Number(b === 'settings'),
  );
  return sorted.flatMap(([group, members]) => {
    if (members.every(([path]) => path === group))
      return members.map(([path, value]) => `${indent}${path}: ${valueText(value)}`);
    const inner = members.map(([path, value]) => {
      const name = path.slice(group.length + 1);
      return `${indent}  ${name}: ${valueText(value)}${remarks[path] ?? ''}`;
    });
    return [`${indent}${group}:`, ...inner];
  });
}

const remarks: Readonly<Record<string, string>> = {
  'settings.onFailure':
    ' # as processes of IRIS do; without this line the peer hears a failure status',
};

function contextLines(contexts: readonly Context[]): readonly string[] {
  return [
    '      presentationContexts:',
    ...contextsOf(contexts).named.map(({ sopClass, transferSyntaxes }) =>
      transferSyntaxes
        ? `        - { sopClass: ${scalar(sopClass)}, transferSyntaxes: ${valueText(transferSyntaxes)} }`
        : `        - { sopClass: ${scalar(sopClass)} }`,
    ),
  ];
}

function comment(text: string, indent: string): readonly string[] {
  return wrap(text.replaceAll(/\s+/g, ' '), 108 - indent.length).map(
    (line) => `${indent}# ${line}`,
  );
}

function valueText(value: Value): string {
  if (typeof value === 'object') return `[${value.map(scalar).join(', ')}]`;
  return typeof value === 'string' ? scalar(value) : String(value);
}

/** A text as YAML; a dollar sign is doubled, as it would begin a variable. */
function scalar(text: string): string {
  return quotedWhereNeeded(text.replaceAll('$', '$$$$'));
}

function key(name: string): string {
  return quotedWhereNeeded(name);
}

/** Plain where nobody could take it for anything else; a text in JSON is one in YAML (YAML 1.2 section 1.3). */
function quotedWhereNeeded(text: string): string {
  if (/^\d+(\.\d+)?s$/.test(text)) return text;
  const isPlain =
    /^(\.?\/|[A-Za-z])[\w ./-]*$/.test(text) &&
    !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text) &&
    !/^\s|\s$/.test(text);
  return isPlain ? text : JSON.stringify(text);
}
