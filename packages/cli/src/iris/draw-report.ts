import { drawTable } from '../terminal/table.ts';
import { style } from '../terminal/style.ts';
import { wrap } from '../terminal/width.ts';
import type { MappedHost } from './map-item.ts';
import type { MappedProduction } from './map-production.ts';
import { todosOfProduction } from './todos.ts';
import { omissionText } from './write-production.ts';

/** What was imported, what was not and why, and what to do next. */
export function drawReport(production: MappedProduction, file: string, width: number): string {
  const { name, className, hosts, leftOut, unneeded } = production;
  const omissions = [
    ...leftOut.map((one) => omissionText(one)),
    ...unneeded.map((one) => `${one.name}: no host, ${one.why}.`),
    ...hosts.flatMap((host) => host.leftOut.map((one) => `${host.name}: ${omissionText(one)}`)),
  ];
  const todos = [...todosOfProduction(production), `production check ${file}`];
  return [
    `${name} (${className}) is imported into ${file}`,
    '',
    drawTable<MappedHost>(
      [
        { head: 'Host', cell: (host) => host.name, shrink: 'name' },
        { head: 'Kind', cell: ({ kind }) => kind },
        { head: 'Component', cell: ({ component }) => component, shrink: 'name' },
        {
          head: 'State',
          cell: ({ isCustom }) =>
            isCustom ? style('yellow', 'to be written') : style('green', 'built in'),
        },
        { head: 'Left out', cell: (host) => String(host.leftOut.length), align: 'right' },
      ],
      hosts,
      width,
    ),
    ...listed('Left out', omissions, width),
    ...listed('To do', todos, width),
  ].join('\n');
}

function listed(head: string, items: readonly string[], width: number): readonly string[] {
  if (items.length === 0) return [];
  return ['', style('bold', head), ...items.flatMap((item) => wrap(`- ${item}`, width, '  '))];
}
