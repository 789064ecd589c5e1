import { expect, test } from 'vitest';
import { beatOf } from './beat.ts';

test('a few pages are told every second, and many together ask for no more than fifteen do', () => {
  expect([1, 15, 30, 200].map(beatOf)).toEqual([1_000, 1_000, 2_000, 13_333]);
});
