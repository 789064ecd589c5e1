import { expect, test } from 'vitest';
import { readCorpus } from './corpus.ts';
import { mutate } from './mutate.ts';
import { randomFrom } from './random.ts';
import { runFuzz, runInput } from './run-fuzz.ts';

const corpus = await readCorpus();

test('each recorded conversation goes well as it is', async () => {
  expect(corpus.filter(({ role }) => role === 'acceptor').length).toBeGreaterThan(8);
  expect(corpus.filter(({ role }) => role === 'requester').length).toBeGreaterThan(4);
  await Promise.all(corpus.map(({ role, bytes }) => runInput(role, bytes, corpus)));
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
