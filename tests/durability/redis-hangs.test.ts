import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openMessageReader } from '@consort/store';
import { freePort, startProductionProcess } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { startTestRedis } from '../../packages/redis/src/test-redis.ts';
import { describeWith } from '../house/peers.ts';
import { idle, proveAllIsFinished, proveEachIsStored, proveOneFileEach } from './proof.ts';
import { ctImages, startTransfer } from './transfer.ts';
import { hosts, writeProduction } from './write-production.ts';

describeWith(['redis', 'pydicom'], 'Redis that hangs in mid-transfer', () => {
  // Shorter than what takes a silent connection for dead: it stays open all the time, and commands are cut off
  // halfway. What is noticed as an outage is in redis-away.test.ts.
  it('for some seconds keeps no sender waiting, not even for the file, and costs no image', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-redis-hangs-'));
    const [data, received] = [join(folder, 'data'), join(folder, 'received')];
    const images = await ctImages(100, folder);
    const [port, second] = [await freePort(), await freePort()];
    const file = await writeProduction(folder, port, {
      service: { responseTimeout: '1500ms', onFailure: '{ status: 272, comment: later }' },
      second: { port: String(second), acknowledge: 'stored' },
    });
    const peer = { port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' };
    const redis = await startTestRedis();
    await using cleanup = new AsyncDisposableStack();
    cleanup.defer(() => redis.remove());
    await using production = await startProductionProcess(file, {
      data,
      env: { REDIS_URL: redis.url },
    });
    const reader = await openMessageReader(data);

    const completed = startTransfer(peer, images.slice(0, 20), 1);
    const before = startTransfer({ ...peer, port: second }, images.slice(20, 60), 1);
    await Promise.all([completed.toldSuccess(3), before.toldSuccess(3)]);
    redis.signal('SIGSTOP');
    const hung = sleep(6_000);
    const during = startTransfer({ ...peer, port: second }, images.slice(60), 2);
    const transfers = Promise.all([completed.done, before.done, during.done]);
    const told = await Promise.race([transfers, hung]);
    await hung;
    redis.signal('SIGCONT');

    const isIdle = transfers.then(() => idle(reader)).then(() => 'all is done');
    expect(await Promise.race([isIdle, sleep(15_000)])).toBe('all is done');
    expect(told?.flat()).toHaveLength(100);
    expect(await Promise.race([production.ended, Promise.resolve('runs')])).toBe('runs');
    await proveEachIsStored(images, received);
    await proveOneFileEach(reader, hosts.operation, received);
    await proveAllIsFinished(reader, data);

    expect(await production.stop()).toBe(0);
    await reader.close();
    await rm(folder, { recursive: true });
  });
});
