import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, sendFiles, startTestProduction } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { startTestRedis } from '../../packages/redis/src/test-redis.ts';
import { describeWith } from '../house/peers.ts';
import { idle, proveAllIsFinished, proveEachIsStored, proveOneFileEach } from './proof.ts';
import { ctImages } from './transfer.ts';
import { hosts, writeProduction } from './write-production.ts';

describeWith(['redis', 'pydicom'], 'Redis that answers, but lets nothing be added', () => {
  it('keeps no image from its file: recovery adds what is missing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-adding-'));
    const images = await ctImages(12, folder);
    const [port, second] = [await freePort(), await freePort()];
    const file = await writeProduction(folder, port, {
      service: { responseTimeout: '60s' },
      second: { port: String(second), acknowledge: 'stored' },
    });
    const redis = await startTestRedis();
    await using cleanup = new AsyncDisposableStack();
    cleanup.defer(() => redis.remove());
    await using production = await startTestProduction(file, { redisUrl: redis.url });
    const reader = production.messages;
    const peer = { port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' };
    const queued = async () =>
      (await reader.queues()).find(({ host }) => host === hosts.process)?.queued;

    // Each job that BullMQ adds takes a number; nothing else of BullMQ's needs this command. While the process is
    // stopped the record hands it nothing either, and what it had not handed over by then is left to the jobs.
    await production.running.changeHost({ verb: 'stop', name: hosts.process, grace: 1_000 });
    await redis.command('ACL', 'SETUSER', 'default', '-incr');
    const stored = await sendFiles({ ...peer, port: second }, images.slice(0, 11));
    const waiting = sendFiles(peer, images.slice(11));
    await expect.poll(queued, { timeout: 20_000 }).toBe(images.length);
    await production.running.changeHost({ verb: 'start', name: hosts.process });
    // More than one sweep of recovery has been refused as well.
    await expect.poll(() => refusals(redis), { timeout: 20_000 }).toBeGreaterThan(images.length);
    expect(await queued()).toBe(images.length);
    await redis.command('ACL', 'SETUSER', 'default', '+incr');
    const sent = [...stored, ...(await waiting)];
    await idle(reader);

    expect(sent.map(({ status }) => status)).toEqual(images.map(() => 0));
    await proveEachIsStored(images, join(folder, 'received'));
    await proveOneFileEach(reader, hosts.operation, join(folder, 'received'));
    await proveAllIsFinished(reader, production.dataDirectory);
    // Whoever runs it is told why that took its time.
    const warnings = production.events.filter(({ code }) => code === 'REDIS_UNFIT');
    expect(warnings.map(({ text }) => text).join('\n')).toMatch(/refuses what the queues need: \S/);
    // The connections stood all the time: nothing but the sweep can have brought the images on.
    expect(production.events.filter(({ code }) => code === 'REDIS_UNAVAILABLE')).toEqual([]);
    await production.stop();
    await rm(folder, { recursive: true });
  });
});

/** How many commands Redis has refused. */
async function refusals(redis: Awaited<ReturnType<typeof startTestRedis>>): Promise<number> {
  const stats = String(await redis.command('INFO', 'commandstats'));
  return Number(/cmdstat_incr:.*rejected_calls=(\d+)/.exec(stats)?.[1] ?? 0);
}
