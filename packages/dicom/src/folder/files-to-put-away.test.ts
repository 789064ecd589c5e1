import { expect, it } from 'vitest';
import { filesToPutAway } from './files-to-put-away.ts';

it('files that cannot be put away are tried after a second, then after twice as long, up to a minute', async () => {
  let now = 0;
  let tries = 0;
  let isStuck = true;
  const waiting = filesToPutAway(() => now);
  const file = {
    async putAway() {
      tries += 1;
      if (isStuck) throw new Error('no room');
    },
  };
  expect(waiting.wait).toBe(Infinity);
  waiting.add('batch', [file, { code: 'FILE_UNFIT', putAway: async () => {} }]);
  const waits: number[] = [];
  for (let n = 1; n <= 9; n++) {
    waits.push(waiting.wait);
    now += waiting.wait - 1;
    expect((await waiting.tryAgain()).files).toEqual([]);
    expect(tries).toBe(n - 1);
    now += 1;
    const { files, folders, failure } = await waiting.tryAgain();
    expect(failure).toEqual(new Error('no room'));
    // The other one is put away at once, and is no more.
    expect(files.map(({ code }) => code)).toEqual(n === 1 ? ['FILE_UNFIT'] : []);
    expect(folders).toEqual([]);
    expect(waiting.count).toBe(1);
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => 1000 * seconds));
  expect(waiting.folders).toEqual(new Set(['batch']));

  isStuck = false;
  now += waiting.wait;
  expect(await waiting.tryAgain()).toEqual({ files: [file], folders: ['batch'] });
  expect(waiting.count).toBe(0);
  expect(waiting.wait).toBe(Infinity);
  waiting.add('another', [file]);
  expect(waiting.wait).toBe(1_000);
});
