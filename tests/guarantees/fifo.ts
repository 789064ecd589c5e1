import { openMessageReader } from '@consort/store';
import { expect } from 'vitest';
import { idle } from '../durability/proof.ts';
import { customProduction } from './custom-production.ts';
import { proveOrder } from './order.ts';

/**
 * Sends numbers through a host with `poolSize: 1` while every 100th is tried twice, the process is killed three
 * times and stopped once, and proves their order.
 */
export async function proveFifo(count: number): Promise<void> {
  await using production = await customProduction(`name: Fifo
services: { Feed: { component: ./feeding.ts, settings: { target: Out, count: ${count}, told: told } } }
operations:
  Out:
    component: ./appending.ts
    poolSize: 1
    retry: { interval: 20ms, timeout: -1 }
    settings: { file: done, throwEvery: 100 }
`);
  let running = await production.start();
  for (const [part, end] of [
    [0.1, 'kill'],
    [0.3, 'stop'],
    [0.5, 'kill'],
    [0.7, 'kill'],
  ] as const) {
    await production.linesReach('done', part * count);
    await running[end]();
    running = await production.start();
  }
  await production.linesReach('told', count);
  const reader = await openMessageReader(production.data);
  await idle(reader);
  await running.stop();

  const { messages, repeated } = await proveOrder(production, reader, {
    host: 'Out',
    file: 'done',
    told: 'told',
  });
  expect(messages).toBeGreaterThanOrEqual(count);
  expect(repeated).toBeGreaterThanOrEqual(count / 100);
  await reader.close();
}
