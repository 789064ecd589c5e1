import type { MessageReader } from '@consort/core';
import { expect } from 'vitest';
import type { CustomProduction } from './custom-production.ts';
import { allMessages } from '../durability/proof.ts';

/**
 * Each message to a host was worked on in the order of the record, alone, until it was done: in a file of the
 * operation `appending`, its lines stand together, and behind those of all messages before it.
 * @param told the file of the service `feeding`: all that it names has been done
 * @returns how many messages there were, and how many lines were tries that came again
 */
export async function proveOrder(
  production: CustomProduction,
  reader: MessageReader,
  { host, file, told }: { readonly host: string; readonly file: string; readonly told?: string },
): Promise<{ readonly messages: number; readonly repeated: number }> {
  const lines = await production.lines(file);
  const runs = lines.filter((line, place) => line !== lines[place - 1]);
  const requests = (await allMessages(reader, host)).filter(({ type }) => type === 'Request');
  const recorded = requests.map(({ id }) => id).toReversed();
  expect(requests.filter(({ status }) => status !== 'Completed')).toEqual([]);
  expect(runs.map((line) => Number(line.split(' ')[0]))).toEqual(recorded);
  const arrived = new Set(runs.map((line) => line.split(' ')[1]));
  const sent = told === undefined ? [] : await production.lines(told);
  expect(
    sent.filter((number) => !arrived.has(number)),
    'recorded, and never done',
  ).toEqual([]);
  return { messages: recorded.length, repeated: lines.length - runs.length };
}
