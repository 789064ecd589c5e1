import { classRows } from './class-rows.ts';
import { componentRows, kindRows, productionRows, type SettingRow } from './setting-rows.ts';

const begin = '<!-- What follows is made of packages/cli/src/iris by generate.ts there. -->';

/** `docs/coming-from-iris.md` with its tables as the code maps: what stands above them stays as it is written. */
export function mappingPage(text: string): string {
  const [above = ''] = text.split(begin);
  const classes = classRows.map(
    ({ className, component, note }) =>
      `| \`${className}\` | ${component === undefined ? '–' : `\`${component}\``} | ${note} |`,
  );
  return [
    `${above}${begin}`,
    '',
    '### Classes',
    '',
    '| IRIS | Consort | |',
    '|---|---|---|',
    ...classes,
    '',
    ...table('The production', productionRows),
    ...table('Every service', kindRows.service),
    ...table('Every process', kindRows.process),
    ...table('Every operation', kindRows.operation),
    ...Object.entries(componentRows).flatMap(([name, rows]) => table(`\`${name}\``, rows)),
  ].join('\n');
}

function table(head: string, rows: readonly SettingRow[]): readonly string[] {
  return [
    `### ${head}`,
    '',
    '| IRIS | Consort | as | |',
    '|---|---|---|---|',
    ...rows.map(({ iris, ours, as, note }) => {
      const key = ours === '' ? '–' : `\`${ours}\``;
      return `| ${iris} | ${key} | ${as} | ${note.replace(/\$\{\w+\}/g, '`$&`')} |`;
    }),
    '',
  ];
}
