import { paths, type RouteName } from '../api/paths.ts';
import type { PatientData, Route } from '../api/route.ts';
import { routes } from '../api/routes.ts';
import { httpStatuses } from './http-status.ts';

const patientWords: Readonly<Record<PatientData, string>> = {
  none: 'no',
  hidden: 'for a phi-reader only',
  all: 'all of it',
};

const auditWords = {
  true: 'yes',
  body: 'when it shows a body',
  list: 'when it shows patient data',
} as const;

/** The table of routes as it stands in docs/api.md. */
export function routeTable(): string {
  const rows = (Object.keys(routes) as RouteName[]).map((name) => {
    const { summary, role, patientData, isAudited }: Route = routes[name];
    const cells = [
      `\`${name}\``,
      `\`${paths[name]}\``,
      summary,
      role,
      patientWords[patientData],
      isAudited === undefined ? '' : auditWords[`${isAudited}`],
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| name | route | what it does | role | patient data | audited |',
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/** The table of HTTP statuses. */
export function statusTable(): string {
  const byStatus = Map.groupBy(Object.entries(httpStatuses), ([, status]) => status);
  const rows = [...byStatus].map(
    ([status, codes]) => `| ${status} | ${codes.map(([code]) => `\`${code}\``).join(', ')} |`,
  );
  return ['| status | codes |', '|---|---|', ...rows].join('\n');
}

/** Puts a table between the marks of its name. @throws RangeError where the marks are missing */
export function withTable(page: string, name: string, table: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new RangeError(`the page has no place for the table ${name}`);
  return `${page.slice(0, from + begin.length)}\n\n${table}\n\n${page.slice(to)}`;
}
