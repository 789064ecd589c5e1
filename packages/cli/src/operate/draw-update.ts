import type { Output } from '../json/outputs.ts';

const signs = { added: '+', removed: '-', changed: '~' } as const;

/** What an update changes, a line for each host and key; empty when nothing is different. */
export function drawUpdate({ hosts, keys, reset }: Output<'update'>): readonly string[] {
  return [
    ...keys.map((key) => `~ ${key}`),
    ...hosts.flatMap(({ change, kind, name, keys: changes, isRestarted }) => [
      `${signs[change]} ${kind} ${name}${change === 'changed' && !isRestarted ? ' (runs on)' : ''}`,
      ...changes.map((text) => `    ${text}`),
    ]),
    ...reset.map((name) => `~ ${name} is enabled and started, as the file says`),
  ];
}
