import { expect, test } from 'vitest';
import { openTurns } from './turns.ts';

test('so many are done at once, so many wait, and more are refused', async () => {
  const turns = openTurns(2, 3);
  const going: PromiseWithResolvers<void>[] = [];
  let most = 0;
  let now = 0;
  const act = async () => {
    now += 1;
    most = Math.max(most, now);
    const one = Promise.withResolvers<void>();
    going.push(one);
    await one.promise.finally(() => (now -= 1));
  };
  const taken = Array.from({ length: 5 }, () => turns.take(act).catch((error: Error) => error));
  await expect(turns.take(act)).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });
  going[0]?.reject(new Error('not drawn'));
  expect(await taken[0]).toMatchObject({ message: 'not drawn' });
  for (let count = 1; count < 5; count += 1) {
    going[count]?.resolve();
    await taken[count];
  }
  expect([going.length, most, now]).toEqual([5, 2, 0]);
  // All of its places are free again.
  const after = [turns.take(act), turns.take(act)];
  expect(now).toBe(2);
  for (const one of going) one.resolve();
  await Promise.all(after);
});
