import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, spawnProduction } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { startTestRedis, type TestRedis } from '../../packages/redis/src/test-redis.ts';
import { describeWith } from '../house/peers.ts';
import { startFaultProxy } from './fault-proxy.ts';
import { randomOf, seeds } from './seeds.ts';
import { makeSite, until, type Site } from './site.ts';

const count = 40;
const stored = { service: { acknowledge: 'stored' } };

describeWith(['redis', 'pydicom'], 'a Redis that fails', () => {
  it.each(seeds())(
    'F18: killed and started again with an append-only file, costs no image (seed %i)',
    async (seed) => {
      const random = randomOf(seed);
      const site = await makeSite(count, {
        service: { acknowledge: random.pick(['stored', 'completed']), responseTimeout: '30s' },
      });
      await using redis = await disposableRedis('--appendonly', 'yes', '--appendfsync', 'everysec');
      await using production = await site.start({ REDIS_URL: redis.url });
      const sending = site.ledger.sendAll(site.peer, site.images(count), 4);
      for (const moment of [5, 15, 25]) {
        await site.ledger.reached(moment + random.below(8));
        await redis.stop();
        await sleep(random.below(500));
        await redis.start();
      }
      const rows = await sending;

      expect(rows.every(({ outcome }) => outcome === 'taken')).toBe(true);
      await endWell(site, production);
    },
  );

  it.each([5, 60])(
    'F21: away for %i s, keeps no sender waiting that wants to store, and all goes on by itself',
    async (seconds) => {
      const site = await makeSite(count, stored);
      await using redis = await disposableRedis();
      await using production = await site.start({ REDIS_URL: redis.url });
      await site.ledger.sendAll(site.peer, site.images(5));
      await redis.stop();
      // The time itself is the fault: longer than a worker waits for a job, and than any pause between attempts.
      const away = sleep(seconds * 1000);
      const rows = await site.ledger.sendAll(site.peer, site.images(count - 5), 2);
      await away;
      await redis.start();

      expect(rows.every(({ outcome }) => outcome === 'taken')).toBe(true);
      await endWell(site, production);
    },
  );

  it.each(seeds())(
    'F22: without memory for another job, costs no image and says so (seed %i)',
    async (seed) => {
      const random = randomOf(seed);
      const site = await makeSite(count, stored);
      await using redis = await disposableRedis();
      await using production = await site.start({ REDIS_URL: redis.url });
      const sending = site.ledger.sendAll(site.peer, site.images(count), 2);
      await site.ledger.reached(random.below(10));
      await redis.command('CONFIG', 'SET', 'maxmemory', '1');
      const rows = await sending;
      await until(() => /OOM command not allowed/.test(production.output()));
      await redis.command('CONFIG', 'SET', 'maxmemory', '0');

      expect(rows.every(({ outcome }) => outcome === 'taken')).toBe(true);
      await endWell(site, production);
    },
  );

  it.each(seeds())(
    'F23: told to evict in mid-run, costs no image, and the doctor says that it is unfit (seed %i)',
    async (seed) => {
      const random = randomOf(seed);
      const site = await makeSite(count, stored);
      await using redis = await disposableRedis();
      await using production = await site.start({ REDIS_URL: redis.url });
      const sending = site.ledger.sendAll(site.peer, site.images(count), 2);
      await site.ledger.reached(random.below(10));
      await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
      await redis.command('CONFIG', 'SET', 'maxmemory', '3mb');
      // Each of them pushes something else out.
      for (let n = 0; n < 200; n++) await redis.command('SET', `filler-${n}`, 'x'.repeat(50_000));
      const rows = await sending;
      const stats = String(await redis.command('INFO', 'stats'));
      const doctor = spawnProduction(['doctor', '-p', site.file, '--data', site.data], {
        REDIS_URL: redis.url,
      });
      const code = await doctor.ended;
      await redis.command('CONFIG', 'SET', 'maxmemory', '0');

      expect(Number(/evicted_keys:(\d+)/.exec(stats)?.[1])).toBeGreaterThan(0);
      expect([code, doctor.output()]).toEqual([1, expect.stringMatching(/problem +redis .*lru/)]);
      expect(rows.every(({ outcome }) => outcome === 'taken')).toBe(true);
      await endWell(site, production);
    },
  );

  it.each(seeds())(
    'F25: slow, then silent on open connections, leaves no worker stuck once it can be reached again (seed %i)',
    async (seed) => {
      const random = randomOf(seed);
      const site = await makeSite(count, stored);
      const port = await freePort();
      await using redis = await disposableRedis('--port', String(port));
      await using proxy = await startFaultProxy(port);
      await using production = await site.start({
        REDIS_URL: `redis://127.0.0.1:${proxy.port}`,
      });
      const sending = site.ledger.sendAll(site.peer, site.images(count - 1), 2);
      await site.ledger.reached(random.below(10));
      proxy.freeze();
      proxy.plan = { toServer: { delay: 2_000 } };
      const rows = await sending;
      proxy.plan = {};
      proxy.freeze();
      await site.idle();
      // One more, as a canary.
      const last = await site.ledger.send(site.peer, site.images(1)[0] ?? '');

      expect([...rows, last].every(({ outcome }) => outcome === 'taken')).toBe(true);
      expect(redis.url).not.toBe('');
      await endWell(site, production);
    },
  );
});

/** All is done by itself, nobody has ended, and both ends agree. */
async function endWell(site: Site, production: Awaited<ReturnType<Site['start']>>): Promise<void> {
  await site.idle();
  expect(await production.stop()).toBe(0);
  expect(await site.reconcile()).toEqual([]);
  await site.remove();
}

async function disposableRedis(
  ...settings: readonly string[]
): Promise<TestRedis & AsyncDisposable> {
  const redis = await startTestRedis(...settings);
  return { ...redis, [Symbol.asyncDispose]: () => redis.remove() };
}
