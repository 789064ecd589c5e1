import type { Leg } from '@consort/core';
import { statusColour, statusWords } from '../status-words.ts';
import { style } from '../terminal/style.ts';
import { formatExactTime } from '../terminal/time.ts';
import { padEnd } from '../terminal/width.ts';
import { arrivalWords } from '../trace/arrival.ts';
import { describeAnswer } from '../trace/summary.ts';
import type { Chain, Delivery } from './chain.ts';

type Row = readonly [label: string, text: string];

/** Draws the way of an image from receipt to delivery, and what is missing on it. */
export function drawChain(chain: Chain): string {
  const { image, legs, delivered, holes, remarks } = chain;
  const { modality, sopInstanceUid = 'without SOP Instance UID' } = image.document.attributes;
  const rows: readonly Row[] = [
    ...receivedRows(chain),
    ...legs.map((leg): Row => ['leg', legWords(leg, legs)]),
    ...delivered.flatMap(deliveredRows),
    ...remarks.map((remark): Row => ['note', style('yellow', remark)]),
    ...(holes.length === 0
      ? [['proven', style('green', 'from receipt to delivery nothing is missing')] as const]
      : holes.map((hole): Row => ['HOLE', style('red', hole)])),
  ];
  return [
    style('bold', `${modality ? `${modality} ` : ''}${sopInstanceUid}`),
    ...rows.map(([label, text]) => `  ${padEnd(label, labelWidth)}${text}`),
    '',
  ].join('\n');
}

const labelWidth = 'delivered  '.length;

function receivedRows({ image }: Chain): readonly Row[] {
  const { time, messageId, arrival, answered, document } = image;
  const from = arrival ? ` ${arrivalWords(arrival)}` : '';
  const answer = describeAnswer({
    timeCreated: time,
    ...(arrival ? { arrival } : {}),
    ...(answered ? { answered } : {}),
  });
  return [
    ['received', `${formatExactTime(time)}${from}, message ${messageId}`],
    ['', `${document.size} bytes, SHA-256 ${document.digest}`],
    ...(arrival ? [['', answer] as const] : []),
  ];
}

function legWords({ header }: Leg, legs: readonly Leg[]): string {
  const request = legs.find((leg) => leg.header.id === header.correspondingMessageId)?.header;
  const status = style(statusColour(header), statusWords(header, request));
  const what = header.type === 'Response' ? 'response' : 'request';
  const time = header.timeProcessed ? ` ${formatExactTime(header.timeProcessed)}` : '';
  return `${header.id} ${what} of ${header.sourceConfigName} to ${header.targetConfigName}: ${status}${time}`;
}

function deliveredRows(delivery: Delivery): readonly Row[] {
  const { time, peer, status, host, messageId, size, digest, isSame } = delivery;
  const what = isSame ? 'the data set that was received' : 'another data set than was received';
  return [
    [
      'delivered',
      `${formatExactTime(time)} to ${peer} by ${host}, message ${messageId}: ${status}`,
    ],
    ['', `${size} bytes, SHA-256 ${digest}, ${what}`],
  ];
}
