import { EngineError } from '@consort/core';
import { expect, test } from 'vitest';
import { actInParts } from './act-in-parts.ts';

const ids = Array.from({ length: 1_200 }, (_, index) => index + 1);

/** A production that stops working after so many parts. */
function engineOf(parts: number) {
  let left = parts;
  return {
    act: (_verb: string, { ids: some }: Readonly<Record<string, unknown>>) => {
      left -= 1;
      if (left < 0) return Promise.reject(new EngineError('STORE_UNAVAILABLE', 'it is away'));
      return Promise.resolve({ done: (some as number[]).map((id) => ({ id })), refused: [] });
    },
  };
}

test('what has been done is told, also when a later part fails', async () => {
  const { done, refused } = await actInParts(engineOf(1), 'abort', ids, {});
  expect(done.map(({ id }) => id)).toEqual(ids.slice(0, 500));
  expect(refused.map(({ id }) => id)).toEqual(ids.slice(500));
  expect(refused[0]).toMatchObject({
    code: 'STORE_UNAVAILABLE',
    text: expect.stringMatching(/may have been done.*it is away/) as string,
  });
  expect(refused[500]).toEqual({ id: 1001, code: 'STORE_UNAVAILABLE', text: 'it is away' });
  expect(await actInParts(engineOf(3), 'abort', ids, {})).toEqual({
    done: ids.map((id) => ({ id })),
    refused: [],
  });
});

test('when the first fails nothing is', async () => {
  const failing = actInParts(engineOf(0), 'abort', ids, {});
  await expect(failing).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
});
