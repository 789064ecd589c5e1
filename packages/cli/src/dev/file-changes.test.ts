import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nextState, stateOf } from './file-changes.ts';

let folder: string;
let file: string;
let ending: AbortController;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consort-changes-'));
  file = join(folder, 'stamp.ts');
  ending = new AbortController();
  await writeFile(file, 'one');
});
afterEach(() => rm(folder, { recursive: true }));

const next = (files = () => [file]) => nextState(files, stateOf([file]), ending.signal);

it('comes with a file that is written, and with one that takes its name', async () => {
  const written = next();
  await writeFile(file, 'two');
  expect(await written).toEqual(stateOf([file]));
  const renamed = next();
  await writeFile(`${file}~`, 'two');
  await rename(`${file}~`, file);
  expect(await renamed).toEqual(stateOf([file]));
});

it('comes once for several saves in a row', async () => {
  const saved = next();
  for (const text of ['two', 'three', 'four']) await writeFile(file, text);
  const after = await saved;
  expect(after).toEqual(stateOf([file]));
  const quiet = nextState(() => [file], after!, ending.signal);
  const looks = Promise.withResolvers<void>();
  let count = 0;
  const watching = nextState(
    () => {
      if ((count += 1) === 4) looks.resolve();
      return [file];
    },
    after!,
    ending.signal,
  );
  await looks.promise;
  ending.abort();
  expect(await Promise.all([quiet, watching])).toEqual([undefined, undefined]);
});

it('waits for a file that is away for a moment', async () => {
  let looks = 0;
  const gone = Promise.withResolvers<void>();
  const state = next(() => {
    if ((looks += 1) === 4) gone.resolve();
    return [file];
  });
  await rm(file);
  await gone.promise;
  await writeFile(file, 'two');
  expect((await state)?.get(file)).toBeDefined();
});

it('comes with a file that is gone for good, and with one that is new', async () => {
  const removed = next();
  await rm(file);
  expect((await removed)?.get(file)).toBeUndefined();
  const other = join(folder, 'words.ts');
  const files = () => [file, other];
  const added = nextState(files, stateOf(files()), ending.signal);
  await writeFile(other, 'one');
  expect((await added)?.get(other)).toBeDefined();
});
