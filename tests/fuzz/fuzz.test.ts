import { expect, test } from 'vitest';
import { readCorpus } from './corpus.ts';
import { areInOrder, dataSetsSaidIn } from './data-sets-said.ts';
import { mutate } from './mutate.ts';
import { randomFrom } from './random.ts';
import { runFuzz, runInput } from './run-fuzz.ts';

const corpus = await readCorpus();

test('each recorded conversation goes as it went when it was recorded', async () => {
  const heard = await Promise.all(
    corpus.map(async ({ name, role, bytes }) => [
      name,
      await runInput(role, bytes, corpus, { pieces: [bytes], ending: 'wait' }),
    ]),
  );
  const outcomes = new Map(heard as [string, readonly string[]][]);
  const successes = (name: string) =>
    outcomes.get(name)?.filter((one) => one === 'RSP 8001 status 0000').length;
  for (const name of ['explicit', 'implicit', 'big-endian', 'deflated', 'rle'])
    expect(successes(`acceptor-store-${name}`), name).toBe(1);
  expect(successes('acceptor-two-stores')).toBe(2);
  expect(outcomes.get('acceptor-echo')).toEqual(['AC 1:0', 'RSP 8030 status 0000', 'RP']);
  expect(outcomes.get('acceptor-wrong-called-title')).toEqual(['RJ 1,1,7']);
  for (const name of ['store', 'store-implicit', 'small-pdus'])
    expect(outcomes.get(`requester-${name}`), name).toEqual(['done']);
  expect(outcomes.get('requester-refuse')).toEqual(['ASSOCIATION_REJECTED']);
  expect(outcomes.get('requester-abort-after')).toEqual(['ASSOCIATION_ABORTED']);
});

test('of 400 mutated conversations none does harm, to our acceptor or to our requester', async () => {
  const heard = { acceptor: 0, requester: 0 };
  const { findings, inputs } = await runFuzz(corpus, {
    seed: 1,
    lanes: 8,
    goesOn: (count) => count < 400,
    heard: (role) => void (heard[role] += 1),
  });
  expect(findings).toEqual([]);
  expect(heard.acceptor + heard.requester).toBe(inputs);
  expect(Math.min(heard.acceptor, heard.requester)).toBeGreaterThan(50);
});

test('a seed makes the same inputs each time, and most of them are no conversation that was recorded', () => {
  const seeds = corpus.map(({ bytes }) => bytes);
  const inputs = (seed: number) => {
    const random = randomFrom(seed);
    return Array.from({ length: 200 }, () => mutate(random.among(seeds), seeds, random));
  };
  expect(inputs(5)).toEqual(inputs(5));
  expect(inputs(5)).not.toEqual(inputs(6));
  const recorded = new Set(seeds.map((bytes) => bytes.toString('latin1')));
  const fresh = inputs(5).filter((bytes) => !recorded.has(bytes.toString('latin1')));
  expect(fresh.length).toBeGreaterThan(150);
});

test('the data sets in a conversation are found, and one that was changed is not taken for another', () => {
  const said = (name: string) =>
    corpus.find((seed) => seed.name === name)?.bytes ?? Buffer.alloc(0);
  const two = dataSetsSaidIn(said('acceptor-two-stores'));
  expect(two).toHaveLength(2);
  expect(dataSetsSaidIn(said('acceptor-echo'))).toEqual([]);
  // The same image, in pieces of another size.
  expect(dataSetsSaidIn(said('acceptor-small-pdus'))).toEqual(two.slice(1));
  const changed = Buffer.from(said('acceptor-two-stores'));
  const byte = changed.lastIndexOf(Buffer.of(0x7d, 0x7e, 0x7f));
  changed[byte] = 0;
  expect(areInOrder(dataSetsSaidIn(changed), two)).toBe(false);
  expect(areInOrder([two[0]!, two[0]!, two[0]!], two)).toBe(false);
});
