import { expect, test } from 'vitest';
import { hostSize, places } from './graph-layout.ts';

const service = (name: string) => ({ name, type: 'BusinessService' });
const step = (name: string) => ({ name, type: 'BusinessProcess' });
const operation = (name: string) => ({ name, type: 'BusinessOperation' });

test('puts services left and operations right, also those without a line, and processes in their order', () => {
  const hosts = [
    operation('alone'),
    operation('file'),
    step('second'),
    step('first'),
    service('tcp'),
    service('idle'),
  ];
  const lines = [
    { from: 'tcp', to: 'first' },
    { from: 'first', to: 'second' },
    { from: 'second', to: 'file' },
    { from: 'first', to: 'file' },
  ];
  const { at } = places(hosts, lines);
  const x = (name: string) => at.get(name)?.x ?? NaN;
  expect(x('tcp')).toBe(x('idle'));
  expect(x('file')).toBe(x('alone'));
  expect([x('tcp'), x('first'), x('second'), x('file')]).toEqual(
    [x('tcp'), x('first'), x('second'), x('file')].toSorted((one, other) => one - other),
  );
  expect(new Set([x('tcp'), x('first'), x('second'), x('file')]).size).toBe(4);
});

test('hosts of one column do not cover each other, and a circle of processes ends', () => {
  const hosts = [step('a'), step('b'), ...['1', '2', '3'].map(operation)];
  const lines = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'a' },
    ...['1', '2', '3'].map((to) => ({ from: 'b', to })),
  ];
  const { at, height } = places(hosts, lines);
  const ys = ['1', '2', '3'].map((name) => at.get(name)?.y ?? NaN).toSorted((a, b) => a - b);
  for (const [index, y] of ys.slice(1).entries())
    expect(y - (ys[index] ?? NaN)).toBeGreaterThan(hostSize.height);
  expect(height).toBeGreaterThanOrEqual(3 * hostSize.height);
});
