import { expect, test } from 'vitest';
import { openDeliveries } from './deliveries.ts';

/** Deliveries that end when they are told to. */
function held() {
  const ends: (() => void)[] = [];
  return {
    ends,
    deliver: () => new Promise<void>((end) => ends.push(end)),
  };
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test('a word of a neighbour and the job that follows are one delivery, and the job ends with it', async () => {
  const { ends, deliver } = held();
  const deliveries = openDeliveries(1, deliver);
  deliveries.wake('m7');
  let hasEnded = false;
  const job = deliveries.job('m7').then(() => (hasEnded = true));
  await settled();
  expect([ends.length, hasEnded]).toEqual([1, false]);
  ends[0]?.();
  await job;
  await deliveries.close();
});

test('a word that finds no free worker is delivered when one is free, without its job', async () => {
  const { ends, deliver } = held();
  const deliveries = openDeliveries(1, deliver);
  deliveries.wake('m7');
  deliveries.wake('m8');
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await settled();
  expect(ends).toHaveLength(2);
  const job = deliveries.job('m8');
  ends[1]?.();
  await job;
  expect(ends).toHaveLength(2);
});

test('of many words that find no free worker some are kept, and the rest is left to the jobs', async () => {
  const { ends, deliver } = held();
  const deliveries = openDeliveries(1, deliver);
  for (let id = 0; id < 1000; id += 1) deliveries.wake(`m${id}`);
  for (let ended = 0; ended < ends.length; ended += 1) {
    ends[ended]?.();
    await settled();
  }
  expect(ends).toHaveLength(101);
  const job = deliveries.job('m999');
  await settled();
  expect(ends).toHaveLength(102);
  ends[101]?.();
  await job;
});

test('a job that comes before its word found a free worker waits for one, and they are one delivery', async () => {
  const { ends, deliver } = held();
  const deliveries = openDeliveries(1, deliver);
  deliveries.wake('m7');
  deliveries.wake('m8');
  const job = deliveries.job('m8');
  await settled();
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await settled();
  expect(ends).toHaveLength(2);
  ends[1]?.();
  await job;
  await settled();
  expect(ends).toHaveLength(2);
});

test('a message that is queued again is delivered again, whatever became of its first job', async () => {
  const { ends, deliver } = held();
  const deliveries = openDeliveries(2, deliver);
  deliveries.wake('m7');
  ends[0]?.();
  await settled();
  deliveries.wake('m7');
  ends[1]?.();
  await deliveries.job('m7');
  // Its first job was lost with Redis; recovery adds one anew.
  deliveries.wake('m8');
  ends[2]?.();
  await settled();
  deliveries.forget(['m8']);
  const job = deliveries.job('m8');
  expect(ends).toHaveLength(4);
  ends[3]?.();
  await job;
});

test('never more than poolSize run, however they are woken', async () => {
  let running = 0;
  let most = 0;
  const deliveries = openDeliveries(3, async () => {
    most = Math.max(most, ++running);
    await settled();
    running -= 1;
  });
  const jobs = Array.from({ length: 50 }, (_, id) => {
    if (id % 2 === 0) deliveries.wake(`m${id}`);
    return deliveries.job(`m${id}`);
  });
  await Promise.all(jobs);
  expect([most, running]).toEqual([3, 0]);
});

test('once closed it begins nothing, and waits for what is under way', async () => {
  const { ends, deliver } = held();
  const deliveries = openDeliveries(1, deliver);
  deliveries.wake('m7');
  const job = deliveries.job('m8');
  const closing = deliveries.close();
  deliveries.wake('m9');
  ends[0]?.();
  await closing;
  await job;
  expect(ends).toHaveLength(1);
});
