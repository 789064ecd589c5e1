import { readFile, writeFile } from 'node:fs/promises';
import { root } from '../house/root.ts';
import { rows, type Row } from './rows.ts';

/** What the last run of a row came to. */
export interface RowResult {
  readonly row: string;
  /** ISO 8601, the day. */
  readonly date: string;
  readonly seeds: number;
  readonly passed: number;
  readonly failed: number;
}

const results = root('docs/reliability.json');
const document = root('docs/reliability.md');
const begin = '<!-- the table: written by npm run test:faults -->';
const end = '<!-- the end of the table -->';

/** The results of all rows that were ever run, in the order of the rows. */
export async function readResults(): Promise<readonly RowResult[]> {
  return JSON.parse(await readFile(results, 'utf8')) as RowResult[];
}

/** Puts the results of some rows in the place of their last ones, there and in the document. */
export async function recordResults(news: readonly RowResult[]): Promise<void> {
  const kept = new Map((await readResults()).map((result) => [result.row, result]));
  for (const result of news) kept.set(result.row, result);
  const all = rows.flatMap(({ name }) => kept.get(name) ?? []);
  await writeFile(results, `${JSON.stringify(all, undefined, 2)}\n`);
  const { before, after } = await parts();
  await writeFile(document, [before, begin, table(all), end, after].join('\n'));
}

/** The document around its table, and the table that is in it. */
export async function parts(): Promise<Readonly<Record<'before' | 'table' | 'after', string>>> {
  const text = await readFile(document, 'utf8');
  const [before = '', rest = ''] = text.split(`\n${begin}\n`);
  const [inside = '', after = ''] = rest.split(`\n${end}\n`);
  return { before, table: inside, after };
}

/** The table as Markdown. */
export function table(all: readonly RowResult[]): string {
  const byRow = new Map(all.map((result) => [result.row, result]));
  return [
    '| row | fault | what has to come of it | command, and the tests it runs | last result |',
    '|---|---|---|---|---|',
    ...rows.map((row) => line(row, byRow.get(row.name))),
  ].join('\n');
}

function line({ name, fault, expected, proofs, gap }: Row, result: RowResult | undefined): string {
  const files = [...new Set(proofs.map(({ file }) => `\`${file}\``))].join(', ');
  const command = `\`FAULT_ROW=${name} npm run test:faults\`: ${files}`;
  const cells = [name, fault, gap ? `${expected}. Not covered: ${gap}` : expected, command];
  return `| ${[...cells, inWords(result)].join(' | ')} |`;
}

function inWords(result: RowResult | undefined): string {
  if (!result) return 'never run';
  const { failed, passed, seeds, date } = result;
  const count = failed > 0 ? `**${failed} of ${failed + passed} failed**` : `${passed} passed`;
  return `${count}, ${seeds === 1 ? '1 seed' : `${seeds} seeds`}, ${date}`;
}
