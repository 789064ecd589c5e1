import type { Transport } from '@consort/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openQueues } from './queues.ts';
import { startTestRedis, until, type TestRedis } from './test-redis.ts';
import { openTransport } from './transport.ts';

const prefix = 'consort-test';
let redis: TestRedis;
let open: Transport[];

beforeEach(async () => {
  redis = await startTestRedis();
  open = [];
});

afterEach(async () => {
  await Promise.all(open.map((opened) => opened.close()));
  await redis.remove();
});

async function transport() {
  const opened = await openTransport({ url: redis.url, prefix });
  open.push(opened);
  return opened;
}

function wakeUp(messageId: number) {
  return { messageId, sessionId: 1, bodyType: 'dicom.storage-request' };
}

function wakeUps(first: number, count: number) {
  return Array.from({ length: count }, (_, index) => wakeUp(first + index));
}

/** A consumer that counts, and can be held up. */
function counter(from: Transport, host: string, poolSize = 1) {
  const state = { delivered: 0, running: 0, most: 0, gate: Promise.resolve() };
  const consumer = from.consume(host, poolSize, async () => {
    state.running += 1;
    state.most = Math.max(state.most, state.running);
    await state.gate;
    state.running -= 1;
    state.delivered += 1;
  });
  return { state, consumer };
}

function hold(state: { gate: Promise<void> }) {
  const { promise, resolve } = Promise.withResolvers<void>();
  state.gate = promise;
  return resolve;
}

async function look<Result>(
  host: string,
  see: (queue: ReturnType<typeof openQueues>['queues'][number]) => Promise<Result>,
): Promise<Result> {
  const { queues, close } = openQueues({ url: redis.url, prefix, hosts: [host] });
  try {
    await queues[0]!.waitUntilReady();
    return await see(queues[0]!);
  } finally {
    await close();
  }
}

/** How many jobs of a host BullMQ has counted as completed. */
async function completed(host: string): Promise<number> {
  const { meta } = await look(host, (queue) => queue.getMetrics('completed'));
  return meta.count;
}

test('each wake-up is delivered once, and BullMQ counts it as completed', async () => {
  const here = await transport();
  const { state } = counter(here, 'Host.A', 4);
  await here.wake('Host.A', [wakeUp(1)]);
  await here.wake('Host.A', wakeUps(2, 99));
  await until(() => state.delivered === 100);
  await until(async () => (await completed('Host.A')) === 100);
  expect(await here.waiting('Host.A')).toBe(0);
});

test('what is taken ahead of its job is delivered when Redis refuses the job, and once when it does not', async () => {
  const here = await transport();
  const { state, consumer } = counter(here, 'Host.A');
  let taken = 0;
  const work = async () => void (taken += 1);
  await redis.command('ACL', 'SETUSER', 'default', '-incr');
  consumer.take({ messageId: 1, fence: 1 }, work);
  await expect(here.wake('Host.A', [wakeUp(1)])).rejects.toMatchObject({
    code: 'REDIS_UNAVAILABLE',
  });
  expect(taken).toBe(1);
  await redis.command('ACL', 'SETUSER', 'default', '+incr');
  consumer.take({ messageId: 2, fence: 1 }, work);
  await here.wake('Host.A', [wakeUp(2)]);
  await until(async () => (await completed('Host.A')) === 1);
  expect([taken, state.delivered]).toEqual([2, 0]);
});

test('at most poolSize deliveries run at a time', async () => {
  const here = await transport();
  const { state } = counter(here, 'A', 3);
  const release = hold(state);
  await here.wake('A', wakeUps(1, 20));
  await until(() => state.running === 3);
  await until(async () => (await here.waiting('A')) === 17);
  release();
  await until(() => state.delivered === 20);
  expect(state.most).toBe(3);
});

test('a wake-up that waits or is active is not added again, one that is done is', async () => {
  const here = await transport();
  await here.wake('A', [wakeUp(1)]);
  await here.wake('A', [wakeUp(1), wakeUp(2)]);
  expect(await here.waiting('A')).toBe(2);
  const { state } = counter(here, 'A');
  const release = hold(state);
  await until(() => state.running === 1);
  await here.wake('A', [wakeUp(1)]);
  expect(await here.waiting('A')).toBe(1);
  release();
  await until(async () => (await completed('A')) === 2);
  expect(await here.waiting('A')).toBe(0);
  await here.wake('A', [wakeUp(1)]);
  await until(async () => (await completed('A')) === 3);
});

test('a job is named by host and message type and carries ids only', async () => {
  const here = await transport();
  await here.wake('Host.A', [{ messageId: 7, sessionId: 5, bodyType: 'x' }]);
  const [job] = await look('Host.A', (queue) => queue.getJobs(['wait']));
  expect(job).toMatchObject({
    id: 'm7',
    name: 'Host.A x',
    data: { messageId: 7, sessionId: 5, type: 'x' },
  });
});

test('clear empties a queue whatever state its jobs are in, and one that never was', async () => {
  const here = await transport();
  const { state } = counter(here, 'A');
  const release = hold(state);
  await here.wake('A', wakeUps(1, 1500));
  await until(() => state.running === 1);
  await here.clear('A');
  await here.clear('Never');
  expect(await here.waiting('A')).toBe(0);
  const counts = await look('A', (queue) => queue.getJobCounts());
  expect(Object.values(counts).every((count) => count === 0)).toBe(true);
  release();
  await here.wake('A', wakeUps(2001, 3));
  await until(() => state.delivered === 4);
});

test('close waits for the deliveries that run and takes no more', async () => {
  const here = await transport();
  const { state, consumer } = counter(here, 'A');
  const release = hold(state);
  await here.wake('A', wakeUps(1, 5));
  await until(() => state.running === 1);
  let isClosed = false;
  const closed = consumer.close().then(() => (isClosed = true));
  await here.wake('A', [wakeUp(9)]);
  expect(isClosed).toBe(false);
  release();
  await closed;
  expect(state.delivered).toBe(1);
});

test('wake-ups that come one by one are each delivered once, and each has a job that completes', async () => {
  const [here, there] = [await transport(), await transport()];
  const { state } = counter(here, 'A', 4);
  for (let id = 1; id <= 100; id += 1) void there.wake('A', [wakeUp(id)]);
  await until(async () => (await completed('A')) === 100);
  expect(state.delivered).toBe(100);
  expect(state.most).toBeLessThanOrEqual(4);
  expect(await here.waiting('A')).toBe(0);
});

test('a wake-up that is on its way to Redis counts as one that waits', async () => {
  const here = await transport();
  const added = here.wake('A', [wakeUp(1)]);
  expect(await here.waiting('A')).toBe(1);
  await added;
});

test('close adds the jobs that are still on their way', async () => {
  const [here, there] = [await transport(), await transport()];
  const added = here.wake('A', [wakeUp(1)]);
  await here.close();
  await added;
  expect(await there.waiting('A')).toBe(1);
});

test('a delivery that throws is no more than a delivery', async () => {
  const here = await transport();
  let delivered = 0;
  here.consume('A', 1, async () => {
    delivered += 1;
    throw new Error('never mind');
  });
  await here.wake('A', wakeUps(1, 3));
  await until(() => delivered === 3);
  const failed = await look('A', (queue) => queue.getFailedCount());
  expect(failed).toBe(0);
});

test('a hint is heard by every thread, its own included, once', async () => {
  const [one, two] = [await transport(), await transport()];
  const heard: string[] = [];
  one.onHint((id) => heard.push(`one ${id}`));
  two.onHint((id) => heard.push(`two ${id}`));
  await until(() => {
    one.hint(1);
    return heard.includes('two 1');
  });
  heard.length = 0;
  one.hint(2);
  two.hint(3);
  await until(() => ['one 2', 'two 2', 'one 3', 'two 3'].every((hint) => heard.includes(hint)));
  expect(heard.filter((hint) => !hint.endsWith(' 1')).length).toBe(4);
});

test('without Redis everything that asks it fails fast with its code, and hints are swallowed', async () => {
  const here = await transport();
  await redis.stop();
  const { state } = counter(here, 'A');
  for (const asked of [here.wake('A', [wakeUp(1)]), here.waiting('A'), here.clear('A')]) {
    await expect(asked).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
  }
  here.hint(1);
  expect(state.delivered).toBe(0);
});

test('a Redis that hangs is no longer waited for after a second', async () => {
  const here = await transport();
  redis.signal('SIGSTOP');
  try {
    await expect(here.wake('A', [wakeUp(1)])).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
    await expect(here.wake('A', wakeUps(2, 2))).rejects.toMatchObject({
      code: 'REDIS_UNAVAILABLE',
    });
  } finally {
    redis.signal('SIGCONT');
  }
});

test('opened, consumed and closed while Redis is away, nothing hangs', async () => {
  await redis.stop();
  const here = await transport();
  const connections: boolean[] = [];
  here.onConnection((isConnected) => connections.push(isConnected));
  counter(here, 'A');
  await here.close();
  expect(connections).toEqual([false]);
});

test('what was opened while Redis was away works when it comes', async () => {
  await redis.stop();
  const here = await transport();
  const { state } = counter(here, 'A');
  await redis.start();
  await until(() =>
    here.wake('A', [wakeUp(1)]).then(
      () => true,
      () => false,
    ),
  );
  await until(() => state.delivered === 1);
});

test('closing while Redis has gone in mid-delivery waits for the delivery only', async () => {
  const here = await transport();
  const { state, consumer } = counter(here, 'A', 2);
  const release = hold(state);
  await here.wake('A', wakeUps(1, 2));
  await until(() => state.running === 2);
  await redis.stop();
  release();
  await consumer.close();
  expect(state.delivered).toBe(2);
});

test('after an outage longer than any wait for a job, workers resume by themselves', async () => {
  const here = await transport();
  const { state } = counter(here, 'A', 2);
  const idle = counter(here, 'B').state;
  const connections: boolean[] = [];
  here.onConnection((isConnected) => connections.push(isConnected));
  await here.wake('A', wakeUps(1, 4));
  await until(() => state.delivered === 4);
  await redis.stop();
  // drainDelay is 5 s: the outage has to outlive a worker's wait, and the end of that wait.
  await new Promise((resolve) => setTimeout(resolve, 7000));
  await redis.start();
  await until(() => connections.length === 3);
  expect(connections).toEqual([true, false, true]);
  await here.wake('A', wakeUps(10, 4));
  await here.wake('B', [wakeUp(20)]);
  await until(() => state.delivered === 8 && idle.delivered === 1);
});

test('FLUSHALL in mid-run costs the wake-ups and nothing else', async () => {
  const here = await transport();
  const { state } = counter(here, 'A', 2);
  const release = hold(state);
  await here.wake('A', wakeUps(1, 10));
  await until(() => state.running === 2);
  await redis.command('FLUSHALL');
  expect(await here.waiting('A')).toBe(0);
  release();
  await until(() => state.delivered === 2);
  await here.wake('A', wakeUps(3, 8));
  await until(() => state.delivered === 10);
});

test('an empty Redis in the place of the old one is worked with', async () => {
  const here = await transport();
  const { state } = counter(here, 'A', 2);
  const release = hold(state);
  await here.wake('A', wakeUps(1, 10));
  await until(() => state.running === 2);
  await redis.stop();
  await redis.start();
  release();
  await until(() =>
    here.wake('A', wakeUps(3, 8)).then(
      () => true,
      () => false,
    ),
  );
  await until(() => state.delivered === 10);
});

test('a queue whose emptying fails half way is not left paused', async () => {
  const here = await transport();
  const { state } = counter(here, 'A');
  // BullMQ pauses the queue and then empties it with LTRIM.
  await redis.command('ACL', 'SETUSER', 'default', '-ltrim');
  await expect(here.clear('A')).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
  await here.wake('A', [wakeUp(1)]);
  await until(() => state.delivered === 1);
});

test('while Redis refuses to give work, workers ask about once a second and say so', async () => {
  const warnings: string[] = [];
  const here = await openTransport({
    url: redis.url,
    prefix,
    warn: (text) => warnings.push(text),
  });
  open.push(here);
  const { state } = counter(here, 'A');
  await here.wake('A', [wakeUp(1)]);
  await until(() => state.delivered === 1);
  await redis.command('CONFIG', 'SET', 'maxmemory', '1');
  await until(() => warnings.length > 0);
  expect(warnings[0]).toMatch(/^A gets no work from Redis: OOM/);
  await redis.command('CONFIG', 'RESETSTAT');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const stats = String(await redis.command('INFO', 'commandstats'));
  const calls = Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0);
  expect(calls).toBeLessThan(10);
  await redis.command('CONFIG', 'SET', 'maxmemory', '0');
  await here.wake('A', [wakeUp(2)]);
  await until(() => state.delivered === 2);
});

test('the wake-up of a message that was claimed before is not taken for its first one, which is still at work', async () => {
  const here = await transport();
  const { state } = counter(here, 'A', 2);
  const release = hold(state);
  await here.wake('A', [wakeUp(1)]);
  await until(() => state.running === 1);
  await here.wake('A', [{ ...wakeUp(1), fence: 1 }]);
  await until(() => state.running === 2);
  release();
  await until(() => state.delivered === 2);
});
