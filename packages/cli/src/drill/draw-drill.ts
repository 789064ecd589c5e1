import { formatDuration } from '@consort/core';
import { style } from '../terminal/style.ts';
import type { DrillResult, FaultResult } from './drill-production.ts';

const colours = {
  sound: 'green',
  unsound: 'red',
  believed: 'yellow',
  'not played': 'yellow',
} as const;

/** Draws how a fault went. */
export function drawFault(result: FaultResult): string {
  const { fault, text, outcome, why, sent, isInOrder, recovery, alerts } = result;
  const isPlayed = sent > 0;
  const word = isPlayed || outcome === 'not played' ? outcome : 'not met';
  const title = `${style(colours[outcome], word.padEnd(10))} ${style('bold', fault)}: ${text}`;
  const { acknowledged, sentAgain, delivered, setAside, lost, twice } = result;
  const counts = [
    `sent ${sent}`,
    `acknowledged ${acknowledged}`,
    ...(sentAgain > 0 ? [`sent again ${sentAgain}`] : []),
    `delivered ${delivered}`,
    `set aside ${setAside}`,
    `lost ${lost}`,
    `twice ${twice}`,
    ...(isInOrder === undefined ? [] : [isInOrder ? 'order kept' : 'order not kept']),
    recovery === undefined ? 'not at rest' : `at rest after ${formatDuration(recovery)}`,
    `alerts ${alerts.join(', ') || 'none'}`,
  ];
  return [
    title,
    ...(isPlayed ? [`           ${counts.join(', ')}`] : []),
    ...(why === undefined ? [] : [`           ${why}`]),
  ].join('\n');
}

/** The last lines: what left, and the verdict. */
export function drawVerdict({ isSound, faults, refusedConnections, seed }: DrillResult): string {
  const of = (outcome: FaultResult['outcome']) =>
    faults.filter((one) => one.outcome === outcome).map(({ fault }) => fault);
  const left =
    refusedConnections.length > 0
      ? [`It tried to connect to ${refusedConnections.join(', ')} and was refused.`]
      : [];
  const unsound = of('unsound');
  const missing = of('not played');
  const verdict = isSound
    ? style('green', 'sound: no acknowledged image was lost')
    : unsound.length > 0
      ? style('red', `unsound: ${unsound.join(', ')}`)
      : style('yellow', `undecided: not played are ${missing.join(', ')}`);
  const believed = of('believed');
  const but = believed.length > 0 ? ', but for peers that lie' : '';
  return ['', ...left, `${verdict}${but} (seed ${seed})`].join('\n');
}
