import { expect, test } from 'vitest';
import { plainMeasures, type Measure } from './measure.ts';

const measure: Measure = {
  name: 'rows_read',
  kind: 'counter',
  help: 'Rows read.',
  labels: { table: 'patients' },
  value: 3,
};

test('what a component tells of itself comes through as plain data', () => {
  const told = plainMeasures(() => [measure, { ...measure, more: () => 1 } as Measure]);
  expect(structuredClone(told)).toEqual([measure, measure]);
});

test.each<[string, Partial<Record<keyof Measure, unknown>>]>([
  ['a name with what has no place in one', { name: 'rows read' }],
  ['a name that is none', { name: '' }],
  ['a value that is no number', { value: Number.NaN }],
  ['a kind that there is not', { kind: 'histogram' }],
  ['a label in the place of the host', { labels: { host: 'another' } }],
  ['a label that is no text', { labels: { table: 7 } }],
  ['a label with a long text', { labels: { table: 'x'.repeat(301) } }],
])('%s is left out', (_, change) => {
  expect(plainMeasures(() => [{ ...measure, ...change } as Measure, measure])).toEqual([measure]);
});

test('a component that throws, or tells without end, costs nothing but itself', () => {
  expect(
    plainMeasures(() => {
      throw new Error('a mistake');
    }),
  ).toEqual([]);
  expect(plainMeasures(() => Array.from({ length: 10_000 }, () => measure))).toHaveLength(200);
});
