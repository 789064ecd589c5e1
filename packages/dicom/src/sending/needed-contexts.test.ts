import { expect, test } from 'vitest';
import { NeededContexts } from './needed-contexts.ts';

const context = (number: number) => ({
  abstractSyntax: `1.2.${number}`,
  transferSyntaxes: ['1.3'],
});

test('proposes the one that is needed first, then those needed before, no more than fit', () => {
  const needed = new NeededContexts(3);
  expect(needed.with([context(1)])).toEqual([context(1)]);
  needed.with([context(2)]);
  expect(needed.with([context(1)])).toEqual([context(1), context(2)]);
  needed.with([context(3)]);
  expect(needed.with([context(4)])).toEqual([context(4), context(3), context(1)]);
});

test('does not propose again what the peer does not accept, unless it is needed', () => {
  const needed = new NeededContexts(3);
  needed.with([context(1)]);
  needed.with([context(2)]);
  needed.forget(context(2));
  expect(needed.with([context(3)])).toEqual([context(3), context(1)]);
  expect(needed.with([context(2)])).toEqual([context(2), context(3), context(1)]);
  needed.forgetAll();
  expect(needed.with([context(1)])).toEqual([context(1)]);
});
