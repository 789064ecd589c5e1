import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openQueues, privateRedisUrl } from '@consort/redis';
import { openMessageReader } from '@consort/store';
import { expect, it } from 'vitest';
import { idle } from '../durability/proof.ts';
import { describeWith } from '../house/peers.ts';
import { customProduction, type CustomProduction } from './custom-production.ts';
import { fillRecord } from './fill-record.ts';
import { proveOrder } from './order.ts';

const waiting = 6_000;

describeWith(['redis'], 'a start with many messages that wait', () => {
  it('is no later for them: hosts work while their queue is filled, a part at a time, and in order', async () => {
    await using production = await customProduction(`name: Backlog
operations:
  Out:
    component: ./appending.ts
    retry: { interval: 50ms, timeout: -1 }
    settings: { file: out/done }
  Other: { component: ./appending.ts, settings: { file: other } }
`);
    await fillRecord(production, 'Out', waiting);
    await fillRecord(production, 'Other', 10);
    await using running = await production.start();
    const reader = await openMessageReader(production.data);

    // The head of the queue is retried, so nothing uses the wake-ups up; who waits elsewhere is not held up.
    await production.linesReach('other', 10);
    await expect
      .poll(() => wakeUps(production, reader), { timeout: 20_000 })
      .toBeGreaterThan(1_000);
    expect(await wakeUps(production, reader)).toBeLessThan(3_000);
    expect((await reader.queues()).find(({ host }) => host === 'Out')?.queued).toBe(waiting - 1);

    await mkdir(join(production.folder, 'out'));
    await idle(reader);
    const { messages } = await proveOrder(production, reader, { host: 'Out', file: 'out/done' });
    expect(messages).toBe(waiting);
    await reader.close();
    expect(await running.stop()).toBe(0);
  });
});

/** How many wake-ups of the host Out Redis holds. */
async function wakeUps(
  { data }: CustomProduction,
  reader: Awaited<ReturnType<typeof openMessageReader>>,
): Promise<number> {
  const url = (await privateRedisUrl(join(data, 'redis'))) ?? '';
  const prefix = `consort-${(await reader.production())?.id}`;
  const queues = openQueues({ url, prefix, hosts: ['Out'] });
  try {
    return (await queues.queues[0]?.getWaitingCount()) ?? 0;
  } finally {
    await queues.close();
  }
}
