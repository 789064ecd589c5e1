import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

const names = ['component', 'poolSize', 'retry', 'settings', 'comment'];

test.each([
  ['componnet', 'component'],
  ['poolsize', 'poolSize'],
  ['pool_size', 'poolSize'],
  ['setings', 'settings'],
  ['retrys', 'retry'],
  ['Comment', 'comment'],
  ['schedule', undefined],
  ['x', undefined],
  ['', undefined],
  ['a'.repeat(100_000), undefined],
])('near %s is %s', (name, expected) => {
  expect(nearest(name, names)).toBe(expected);
});

test('a name is not near to itself', () => {
  expect(nearest('retry', ['retry'])).toBeUndefined();
});
