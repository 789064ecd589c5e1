import { setTimeout as sleep } from 'node:timers/promises';
import { openMessageReader } from '@consort/store';
import { expect, it } from 'vitest';
import { startTestRedis } from '../../packages/redis/src/test-redis.ts';
import { idle } from '../durability/proof.ts';
import { describeWith } from '../house/peers.ts';
import { customProduction } from './custom-production.ts';
import { proveOrder } from './order.ts';

const count = 2_000;

describeWith(['redis'], 'a Redis that keeps nothing', () => {
  it('may be emptied, killed and away for longer than a worker waits: all arrives, in order, with no restart', async () => {
    await using production = await customProduction(`name: Forgetful
services: { Feed: { component: ./feeding.ts, settings: { target: Out, count: ${count}, told: told } } }
operations:
  Out:
    component: ./appending.ts
    retry: { interval: 20ms, timeout: -1 }
    settings: { file: done, throwEvery: 100 }
`);
    // Without persistence: what is killed comes back empty.
    const redis = await startTestRedis();
    await using cleanup = new AsyncDisposableStack();
    cleanup.defer(() => redis.remove());
    await using running = await production.start(redis.url);
    const reader = await openMessageReader(production.data);

    for (const part of [0.1, 0.2, 0.3]) {
      await production.linesReach('done', part * count);
      await redis.command('FLUSHALL');
    }
    for (const part of [0.4, 0.5]) {
      await production.linesReach('done', part * count);
      await redis.stop();
      await redis.start();
    }
    await production.linesReach('done', 0.7 * count);
    await redis.stop();
    // A worker waits 5 s for its next job; so this is long, as twenty minutes would be.
    await sleep(7_000);
    expect((await reader.queues()).find(({ host }) => host === 'Out')?.queued).toBeGreaterThan(0);
    await redis.start();
    await production.linesReach('told', count);
    await idle(reader);

    const { messages, repeated } = await proveOrder(production, reader, {
      host: 'Out',
      file: 'done',
      told: 'told',
    });
    expect(messages).toBe(count);
    // Nothing but what has thrown came twice: no worker had its message taken away.
    expect(repeated).toBe(count / 100);
    await reader.close();
    expect(await running.stop()).toBe(0);
  });
});
