import { shortenName, shortenText } from './shorten.ts';
import { style } from './style.ts';
import { padEnd, padStart, widthOf } from './width.ts';

/** One column of a table. */
export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => string;
  readonly align?: 'left' | 'right';
  /** The column may be made narrower when the table does not fit: a name from its left, a text from its right. */
  readonly shrink?: 'name' | 'text';
  /** The column may be left out when the table does not fit even so; the last of them first. */
  readonly optional?: true;
}

const gap = '  ';
const narrowest = 10;

/**
 * Draws a table: heads, then a line per row.
 * @param width columns of the terminal; Infinity (a pipe) shortens nothing
 */
export function drawTable<Row>(
  all: readonly Column<Row>[],
  rows: readonly Row[],
  width = Infinity,
): string {
  const columns = choose(all, rows, width);
  const cells = rows.map((row) => columns.map((column) => column.cell(row)));
  const widths = fit(
    columns,
    columns.map((column) => wantedWidth(column, rows)),
    width,
  );
  const heads = columns.map(({ head }) => head);
  return [
    style('bold', drawLine(columns, heads, widths)),
    ...cells.map((line) => drawLine(columns, line, widths)),
  ].join('\n');
}

/** Leaves out optional columns until what is left can be made to fit. */
function choose<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
): readonly Column<Row>[] {
  const least = columns
    .map((column) => {
      const wanted = wantedWidth(column, rows);
      return column.shrink ? Math.min(wanted, narrowest) : wanted;
    })
    .reduce((sum, each) => sum + each, gap.length * (columns.length - 1));
  const last = columns.findLastIndex(({ optional }) => optional);
  if (least <= width || last < 0) return columns;
  return choose(columns.toSpliced(last, 1), rows, width);
}

function wantedWidth<Row>(column: Column<Row>, rows: readonly Row[]): number {
  return rows.reduce(
    (most, row) => Math.max(most, widthOf(column.cell(row))),
    widthOf(column.head),
  );
}

/** Takes what is too much from the columns that may shrink, the widest first. */
function fit<Row>(
  columns: readonly Column<Row>[],
  wanted: readonly number[],
  width: number,
): readonly number[] {
  const widths = [...wanted];
  const total = () => widths.reduce((sum, each) => sum + each, gap.length * (widths.length - 1));
  while (total() > width) {
    const widest = columns.reduce(
      (best, column, index) =>
        column.shrink && (widths[index] ?? 0) > Math.max(narrowest, widths[best] ?? narrowest)
          ? index
          : best,
      -1,
    );
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function drawLine<Row>(
  columns: readonly Column<Row>[],
  cells: readonly string[],
  widths: readonly number[],
): string {
  return columns
    .map((column, index) => {
      const width = widths[index] ?? 0;
      const text = shrinkCell(column, cells[index] ?? '', width);
      return column.align === 'right' ? padStart(text, width) : padEnd(text, width);
    })
    .join(gap)
    .trimEnd();
}

function shrinkCell<Row>(column: Column<Row>, text: string, width: number): string {
  if (column.shrink === 'name') return shortenName(text, width);
  if (column.shrink === 'text') return shortenText(text, width);
  return text;
}
