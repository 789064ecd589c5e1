import { expect, test } from 'vitest';
import { openBatches, type NewJob } from './batches.ts';

function job(jobId: string): NewJob {
  return { name: 'A x', data: {}, opts: { jobId } };
}

/** Batches that write down what they are to add. */
function written() {
  const sent: (readonly [host: string, ...jobIds: string[]])[] = [];
  const batches = openBatches(async (host, jobs) => {
    sent.push([host, ...jobs.map(({ opts: { jobId } }) => jobId)]);
  });
  return { sent, batches };
}

test('jobs that come together are sent together, each host by itself and in order', async () => {
  const { sent, batches } = written();
  const added = [
    batches.add('A', job('m1')),
    batches.add('B', job('m2')),
    batches.add('A', job('m3')),
  ];
  expect(sent).toEqual([]);
  await Promise.all(added);
  expect(sent).toEqual([
    ['A', 'm1', 'm3'],
    ['B', 'm2'],
  ]);
  await batches.add('A', job('m4'));
  expect(sent.at(-1)).toEqual(['A', 'm4']);
});

test('what waits can be sent at once, and is sent once', async () => {
  const { sent, batches } = written();
  const added = batches.add('A', job('m1'));
  await batches.flush();
  expect(sent).toEqual([['A', 'm1']]);
  await added;
  await batches.flush();
  expect(sent).toHaveLength(1);
});

test('a full batch waits for no more', () => {
  const { sent, batches } = written();
  for (let id = 1; id <= 250; id += 1) void batches.add('A', job(`m${id}`));
  expect(sent.map(([, ...jobIds]) => jobIds.length)).toEqual([100, 100]);
});

test('each of a batch that is refused hears why, and the next one is tried', async () => {
  let isRefused = true;
  const batches = openBatches(async () => {
    if (isRefused) throw new Error('no room');
  });
  const added = [batches.add('A', job('m1')), batches.add('A', job('m2'))];
  const outcomes = await Promise.allSettled(added);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  isRefused = false;
  await batches.add('A', job('m3'));
});
