import { widthOf } from '../terminal/width.ts';
import type { Lanes } from './lanes.ts';
import type { Leg } from './leg.ts';

/** The signs of a diagram. */
export interface Signs {
  readonly line: string;
  readonly request: string;
  readonly response: string;
  readonly cross: string;
  readonly leaveRight: string;
  readonly leaveLeft: string;
  readonly arriveRight: string;
  readonly arriveLeft: string;
  readonly cut: string;
  readonly self: string;
  readonly ellipsis: string;
}

/** For terminals that know box drawing; a response's line is dashed, as in sequence diagrams. */
export const boxSigns: Signs = {
  line: '│',
  request: '─',
  response: '╌',
  cross: '┼',
  leaveRight: '├',
  leaveLeft: '┤',
  arriveRight: '►',
  arriveLeft: '◄',
  cut: '╳',
  self: '↺',
  ellipsis: '…',
};

/** For all others. */
export const asciiSigns: Signs = {
  line: '|',
  request: '-',
  response: '.',
  cross: '+',
  leaveRight: '|',
  leaveLeft: '|',
  arriveRight: '>',
  arriveLeft: '<',
  cut: 'x',
  self: '@',
  ellipsis: '..',
};

/** Draws the hosts' lines and, when a leg is given, its arrow across them. */
export function drawArrow(lanes: Lanes, signs: Signs, leg?: Leg): string {
  const cells = Array.from({ length: lanes.width }, () => ' ');
  for (const position of lanes.positions.values()) cells[position] = signs.line;
  if (!leg) return cells.join('');

  const from = lanes.positions.get(leg.source) ?? 0;
  const to = lanes.positions.get(leg.target) ?? 0;
  if (from === to) {
    cells[from + 1] = leg.isCut ? signs.cut : signs.self;
    return cells.join('');
  }

  const step = to > from ? 1 : -1;
  const stroke = leg.type === 'Request' ? signs.request : signs.response;
  cells[from] = step > 0 ? signs.leaveRight : signs.leaveLeft;
  for (let at = from + step; at !== to; at += step) {
    cells[at] = cells[at] === signs.line ? signs.cross : stroke;
  }
  cells[to - step] = leg.isCut ? signs.cut : step > 0 ? signs.arriveRight : signs.arriveLeft;
  writeLabel(cells, leg.label, Math.min(from, to), Math.max(from, to), signs.cross);
  return cells.join('');
}

/** Writes what is sent in the middle of its arrow, where there is room and no other host's line is hidden. */
function writeLabel(
  cells: string[],
  label: string,
  left: number,
  right: number,
  cross: string,
): void {
  const text = ` ${label} `;
  const size = widthOf(text);
  const start = left + Math.ceil((right - left - size) / 2);
  if (label === '' || size > right - left - 5) return;
  if (cells.slice(start, start + size).includes(cross)) return;
  cells.splice(start, size, text, ...Array.from({ length: size - 1 }, () => ''));
}
