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

test('a message that is taken ahead of its job and the job are one delivery, and the job ends with it', async () => {
  const { ends, deliver } = held();
  const deliveries = openDeliveries(1, noDelivery);
  deliveries.take('m7', deliver);
  let hasEnded = false;
  const job = deliveries.job('m7').then(() => (hasEnded = true));
  await settled();
  expect([ends.length, hasEnded]).toEqual([1, false]);
  ends[0]?.();
  await job;
  await deliveries.close();
});

test('what finds no free worker begins when one is free, and its job ends with it', async () => {
  const { ends, deliver } = held();
  const deliveries = openDeliveries(1, noDelivery);
  deliveries.take('m7', deliver);
  deliveries.take('m8', deliver);
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await settled();
  expect(ends).toHaveLength(2);
  const job = deliveries.job('m8');
  ends[1]?.();
  await job;
  expect(ends).toHaveLength(2);
});

test('a job that waits for a worker stands for what is taken before there is one', async () => {
  const { ends, deliver } = held();
  const deliveries = openDeliveries(1, noDelivery);
  deliveries.take('m7', deliver);
  let hasEnded = false;
  const job = deliveries.job('m5').then(() => (hasEnded = true));
  await settled();
  deliveries.take('m8', deliver);
  ends[0]?.();
  await settled();
  expect([ends.length, hasEnded]).toEqual([2, false]);
  ends[1]?.();
  await job;
  // Its own job finds that it is done.
  await deliveries.job('m8');
});

test('a job that waits and for which nothing is taken begins a delivery', async () => {
  const { ends, deliver } = held();
  const deliveries = openDeliveries(1, deliver);
  deliveries.take('m7', deliver);
  const job = deliveries.job('m8');
  await settled();
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await settled();
  expect(ends).toHaveLength(2);
  ends[1]?.();
  await job;
});

test('a wake-up that comes again for a message that is worked on is none', async () => {
  const { ends, deliver } = held();
  const deliveries = openDeliveries(2, noDelivery);
  deliveries.take('m7', deliver);
  const job = deliveries.job('m7-5');
  ends[0]?.();
  await job;
  expect(ends).toHaveLength(1);
});

test('a message that is queued again is delivered again, whatever became of its first job', async () => {
  const { ends, deliver } = held();
  const deliveries = openDeliveries(2, deliver);
  deliveries.take('m8', deliver);
  ends[0]?.();
  await settled();
  // Its first job was lost with Redis; recovery adds one anew.
  deliveries.forget(['m8']);
  const job = deliveries.job('m8');
  expect(ends).toHaveLength(2);
  ends[1]?.();
  await job;
});

test('the job that is added while its message is worked on already ends with it', async () => {
  const { ends, deliver } = held();
  const deliveries = openDeliveries(2, noDelivery);
  deliveries.take('m7', deliver);
  deliveries.forget(['m7']);
  const job = deliveries.job('m7');
  ends[0]?.();
  await job;
  expect(ends).toHaveLength(1);
});

test('never more than poolSize run, however they are begun', async () => {
  let running = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++running);
    await settled();
    running -= 1;
  };
  const deliveries = openDeliveries(3, work);
  const jobs = Array.from({ length: 50 }, (_, id) => {
    if (id % 2 === 0) deliveries.take(`m${id}`, work);
    return deliveries.job(`m${id}`);
  });
  await Promise.all(jobs);
  await deliveries.close();
  expect([most, running]).toEqual([3, 0]);
});

test('once closed it begins nothing for a job, and waits for all that was taken', async () => {
  const { ends, deliver } = held();
  const deliveries = openDeliveries(1, deliver);
  deliveries.take('m7', deliver);
  deliveries.take('m9', deliver);
  const job = deliveries.job('m8');
  const closing = deliveries.close();
  ends[0]?.();
  await settled();
  expect(ends).toHaveLength(2);
  ends[1]?.();
  await closing;
  await job;
  await deliveries.job('m10');
  expect(ends).toHaveLength(2);
});

async function noDelivery(): Promise<void> {
  throw new Error('nothing is to be delivered for a job here');
}
