import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnProduction } from '@consort/testing/consort';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { randomOf, seeds } from './seeds.ts';
import { makeSite, openFiles, until } from './site.ts';

const run = promisify(execFile);

describeWith(['redis', 'pydicom'], 'a process', () => {
  it('F15: that is stopped keeps its store from another, and goes on when it is continued', async () => {
    const site = await makeSite(20, { service: { acknowledge: 'stored' } });
    await using production = await site.start();
    const sending = site.ledger.sendAll(site.peer, site.images(20), 4);
    await site.ledger.reached(5);
    process.kill(production.pid, 'SIGSTOP');
    const second = spawnProduction(['start', site.file, '--data', site.data, '--page', 'off']);
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain('error[ALREADY_RUNNING]');
    process.kill(production.pid, 'SIGCONT');

    expect((await sending).every(({ outcome }) => outcome === 'taken')).toBe(true);
    await site.idle();
    expect(await production.stop()).toBe(0);
    expect(await site.reconcile()).toEqual([]);
    await site.remove();
  });

  it('F41: with few descriptors stands more connections than it can have, and takes images afterwards', async () => {
    const site = await makeSite(3, { service: { acknowledge: 'stored' } });
    await using production = await site.start();
    const [first = '', ...others] = site.images(3);
    expect(await site.ledger.send(site.peer, first)).toMatchObject({ outcome: 'taken' });
    await site.idle();
    const limit = (await openFiles(production.pid)) + 12;
    await run('prlimit', ['--pid', String(production.pid), `--nofile=${limit}:`]);
    const crowd = await connectMany(site.peer.port, 60);
    await site.ledger.send(site.peer, others[0] ?? '');
    for (const socket of crowd) socket.destroy();
    const last = async () =>
      (await site.ledger.send(site.peer, others[1] ?? '')).outcome === 'taken';
    await until(last);

    expect(await Promise.race([production.ended, Promise.resolve('runs')])).toBe('runs');
    await run('prlimit', ['--pid', String(production.pid), '--nofile=1024:']);
    await site.idle();
    expect(await production.stop()).toBe(0);
    expect(await site.reconcile()).toEqual([]);
    await site.remove();
  });

  it.each(seeds())(
    'F42: that is told to end under load takes no more, ends with 0 and loses nothing (seed %i)',
    async (seed) => {
      const random = randomOf(seed);
      const site = await makeSite(40, {
        service: { acknowledge: random.pick(['stored', 'completed']) },
      });
      await using production = await site.start();
      const sending = site.ledger.sendAll(site.peer, site.images(40), 4);
      await site.ledger.reached(3 + random.below(20));
      await sleep(random.below(30));
      expect(await production.stop()).toBe(0);
      await sending;

      expect(await site.reconcile()).toEqual([]);
      await site.remove();
    },
  );

  it(
    'F43: killed 50 times in a row, at any moment, loses nothing',
    { timeout: 1_200_000 },
    async () => {
      const random = randomOf(43);
      const site = await makeSite(300, { service: { acknowledge: 'stored' } });
      const over = new AbortController();
      const sending = (async () => {
        // One image after the other for as long as it lasts; what was not taken is sent again at the end.
        const images = [...site.images(300)];
        while (!over.signal.aborted && images.length > 0) {
          const { outcome } = await site.ledger.send(site.peer, images[0] ?? '');
          // Nobody listens: later. What got no answer is sent again at the end.
          if (outcome === 'unsent') await sleep(50);
          else images.shift();
        }
      })();
      for (let kill = 0; kill < 50; kill++) {
        // Every third is killed while it starts.
        if (kill % 3 === 0) {
          const starting = spawnProduction([
            'start',
            site.file,
            '--data',
            site.data,
            '--page',
            'off',
          ]);
          await sleep(random.below(1_500));
          await starting.kill();
        } else {
          const production = await site.start();
          await sleep(random.below(400));
          await production.kill();
        }
      }
      over.abort();
      await sending;

      expect(site.ledger.rows.some(({ outcome }) => outcome === 'taken')).toBe(true);
      expect(await site.reconcile()).toEqual([]);
      await site.remove();
    },
  );
});

/** Opens connections that say nothing. */
async function connectMany(port: number, count: number): Promise<readonly Socket[]> {
  const sockets = Array.from({ length: count }, () => connect(port, '127.0.0.1'));
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve) => {
          socket.on('error', () => resolve());
          socket.once('connect', () => resolve());
        }),
    ),
  );
  return sockets;
}
