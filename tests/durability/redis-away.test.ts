import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openMessageReader } from '@consort/store';
import {
  freePort,
  sendFiles,
  spawnProduction,
  startProductionProcess,
} from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { startTestRedis, until, type TestRedis } from '../../packages/redis/src/test-redis.ts';
import { describeWith } from '../house/peers.ts';
import { idle, proveAllIsFinished, proveEachIsStored, proveOneFileEach } from './proof.ts';
import { ctImages } from './transfer.ts';
import { hosts, writeProduction } from './write-production.ts';

const article = new URL('../../productions/pacs-to-file/production.yaml', import.meta.url).pathname;

describeWith(['redis', 'pydicom'], 'Redis away', () => {
  // Together, because the first one does nothing but wait.
  it.concurrent('at the start: it is waited for, then the start ends with status 4', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-no-redis-'));
    const redisPort = await freePort();
    const start = spawnProduction(['start', article, '--data', join(folder, 'data')], {
      DICOM_PORT: String(await freePort()),
      RECEIVED: join(folder, 'received'),
      REDIS_URL: `redis://:secret@127.0.0.1:${redisPort}`,
    });

    expect(await start.ended).toBe(4);

    expect(start.output()).toMatch(
      new RegExp(`error\\[REDIS_UNAVAILABLE\\]: Redis at .*127\\.0\\.0\\.1:${redisPort}.* 30 s`),
    );
    expect(start.output()).not.toContain('secret');
    await rm(folder, { recursive: true });
  });

  it.concurrent.for([
    {
      how: 'killed',
      leave: (redis: TestRedis) => redis.stop(),
      comeBack: (redis: TestRedis) => redis.start(),
    },
    {
      how: 'hanging',
      leave: async (redis: TestRedis) => redis.signal('SIGSTOP'),
      comeBack: async (redis: TestRedis) => redis.signal('SIGCONT'),
    },
  ])(
    '$how in mid-run: nothing ends, Success is given as far as it is true, all goes on when Redis is back',
    async ({ leave, comeBack }) => {
      const folder = await mkdtemp(join(tmpdir(), 'consort-redis-away-'));
      const [data, received] = [join(folder, 'data'), join(folder, 'received')];
      const images = await ctImages(60, folder);
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

      expect(await statuses(peer, images.slice(0, 2))).toEqual([0, 0]);
      const away = Date.now();
      await leave(redis);
      await until(async () => (await redisState(data)) === 'unavailable');
      const { since } = await redisOf(data);
      expect(Date.parse(since)).toBeGreaterThanOrEqual(away);
      const text = spawnProduction(['status', '--data', data]);
      expect(await text.ended).toBe(0);
      expect(text.output()).toMatch(/Redis unavailable since .*s\.sock/);

      const stored = await statuses({ ...peer, port: second }, images.slice(2, 12));
      expect(stored).toEqual(Array(10).fill(0));
      // Each thread notices by itself; until both have, what they tell each other is enough.
      const answers = await untilRefused(peer, images.slice(12, -1));
      answers.push(
        ...(await statuses(peer, images.slice(12 + answers.length, 13 + answers.length))),
      );
      expect(answers.slice(-2)).toEqual([0x0110, 0x0110]);
      const sent = images.slice(0, 12 + answers.length);
      // As long as the longest pause between two attempts to connect, so that none is about to come anyway.
      await sleep(3_000);
      expect((await redisOf(data)).since).toBe(since);

      await comeBack(redis);
      const isIdle = idle(reader).then(() => 'all is done');
      expect(await Promise.race([isIdle, sleep(15_000)])).toBe('all is done');
      await until(async () => (await redisState(data)) === 'connected');
      expect(await Promise.race([production.ended, Promise.resolve('runs')])).toBe('runs');
      await proveEachIsStored(sent, received);
      await proveOneFileEach(reader, hosts.operation, received);
      await proveAllIsFinished(reader, data);
      const late = await reader.messages({ host: hosts.service, status: 'Discarded' });
      expect(late.map(({ note }) => note)).toEqual(Array(2).fill('answered 0110 after 1.5 s'));

      expect(await production.stop()).toBe(0);
      await reader.close();
      await rm(folder, { recursive: true });
    },
  );
});

async function statuses(peer: Parameters<typeof sendFiles>[0], images: readonly string[]) {
  return (await sendFiles(peer, images)).map(({ status }) => status);
}

async function untilRefused(peer: Parameters<typeof sendFiles>[0], images: readonly string[]) {
  const answers: (number | undefined)[] = [];
  for (const image of images) {
    const [status] = await statuses(peer, [image]);
    answers.push(status);
    if (status !== 0) break;
    await sleep(200);
  }
  return answers;
}

async function redisOf(data: string): Promise<{ status: string; since: string }> {
  const status = spawnProduction(['status', '--data', data, '--json']);
  expect(await status.ended).toBe(0);
  return (JSON.parse(status.output()) as { redis: { status: string; since: string } }).redis;
}

async function redisState(data: string): Promise<string> {
  return (await redisOf(data)).status;
}
