import type { Message } from '@consort/core';
import type { Screen } from '../terminal/screen.ts';
import { style } from '../terminal/style.ts';
import { padEnd, padStart, widthOf, wrap } from '../terminal/width.ts';
import { asciiSigns, boxSigns, drawArrow } from './arrow.ts';
import { layOutLanes } from './lanes.ts';
import { wordLegs, type Leg } from './leg.ts';

const gap = 2;

/**
 * Draws the messages of a session: hosts as columns, legs as arrows, and beside each leg its number, its status,
 * how long it waited and how long it ran. Fits the screen, or 80 columns where there is none.
 */
export function drawDiagram(messages: readonly Message[], screen: Screen, now: Date): string {
  const signs = screen.isUtf8 ? boxSigns : asciiSigns;
  const total = Number.isFinite(screen.width) ? Math.min(Math.max(screen.width, 40), 140) : 80;
  const legs = wordLegs(messages, now);
  const hosts = [...new Set(legs.flatMap(({ source, target }) => [source, target]))];

  const number = Math.max(...legs.map((leg) => leg.number.length)) + gap;
  const status = widest(legs, 'status', 'Status');
  const wait = widest(legs, 'wait', 'Wait');
  const run = widest(legs, 'run', 'Run');
  const beside = status + wait + run + 3 * gap;
  const lanes = layOutLanes(
    hosts,
    total - number - beside,
    { left: number - 1 },
    signs.ellipsis,
    signs.line,
  );

  const heads = lanes.heads.map((head, row) => {
    const line = ` ${head}`;
    if (row < lanes.heads.length - 1) return style('bold', line);
    const columns = besideDiagram('Status', 'Wait', 'Run', { status, wait, run });
    return style('bold', `${padEnd(line, number + lanes.width)}${columns}`);
  });
  const rows = legs.flatMap((leg) => [
    padEnd(leg.number, number) +
      drawArrow(lanes, signs, leg) +
      besideDiagram(style(leg.colour, leg.status), leg.wait, leg.run, { status, wait, run }),
    ...leg.remarks.flatMap((remark) => drawRemark(remark, leg, number, total)),
  ]);
  const legend = lanes.legend.map(([short, full]) => style('dim', `${short} is ${full}`));

  return [
    ...heads,
    `${' '.repeat(number)}${drawArrow(lanes, signs)}`.trimEnd(),
    ...rows,
    ...(legend.length > 0 ? ['', ...legend] : []),
  ].join('\n');
}

function widest(legs: readonly Leg[], key: 'status' | 'wait' | 'run', head: string): number {
  return Math.max(widthOf(head), ...legs.map((leg) => widthOf(leg[key])));
}

function besideDiagram(
  status: string,
  wait: string,
  run: string,
  widths: { readonly status: number; readonly wait: number; readonly run: number },
): string {
  const space = ' '.repeat(gap);
  return `${space}${padEnd(status, widths.status)}${space}${padStart(wait, widths.wait)}${space}${padStart(run, widths.run)}`;
}

function drawRemark(remark: string, leg: Leg, indent: number, width: number): readonly string[] {
  return wrap(remark, width - indent - 2, '  ').map(
    (line) => ' '.repeat(indent + 2) + style(leg.colour, line),
  );
}
