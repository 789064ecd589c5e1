import { expect, test } from 'vitest';
import { loadText, production } from '../production-file.fixture.ts';

const pools = (process: string, operation: string) =>
  production()
    .replace('    settings: { fileO', `${process}    settings: { fileO`)
    .replace('    settings: { directory', `${operation}    settings: { directory`);

test('a poolSize of 1 that is written asks for order, and a larger one in front of it loses it', async () => {
  const { shown, production: loaded } = await loadText(
    pools('    poolSize: 4\n', '    poolSize: 1\n'),
  );
  expect(loaded).toBeDefined();
  expect(shown).toEqual([
    expect.stringMatching(
      /^17:15 warning poolSize: 1 of File keeps the order it gets, and Store in front of it, with poolSize: 4 \(.*:10:5\)/,
    ),
  ]);
});

test('the default asks for nothing, and two of 1 keep it', async () => {
  expect((await loadText(pools('    poolSize: 4\n', ''))).shown).toEqual([]);
  expect((await loadText(pools('    poolSize: 1\n', '    poolSize: 1\n'))).shown).toEqual([]);
});

test.each([
  ['{ interval: 6s, timeout: 5s }', '15:24 warning retry.interval of File (6 s) is longer'],
  [
    '{ interval: 5s, timeout: 5s, maxInterval: 5s }',
    '15:54 warning retry.maxInterval of File (5 s)',
  ],
])('retries that cannot be: %s', async (retry, expected) => {
  const { shown } = await loadText(production().replace('{ interval: 5s, timeout: 5s }', retry));
  expect(shown).toEqual([expect.stringContaining(expected)]);
});

test.each(['{ interval: 5s, timeout: 0s }', '{ interval: 1s, timeout: 5s, maxInterval: 2s }'])(
  'retries that are meant: %s',
  async (retry) => {
    const { shown } = await loadText(production().replace('{ interval: 5s, timeout: 5s }', retry));
    expect(shown).toEqual([]);
  },
);

test('a password in a URL is doubted and not shown, unless it comes from the environment', async () => {
  const url = (password: string) =>
    production().replace(
      'Demo.DICOM',
      `Demo.DICOM\ndescription: "redis://:${password}@cache:6379"`,
    );
  const written = await loadText(url('hunter2'));
  expect(written.shown).toEqual([
    '2:14 warning a password stands in this URL in clear; take it from the environment ["${URL}"]',
  ]);
  expect(written.source).not.toContain('hunter2');
  expect((await loadText(url('${PASSWORD}'), { PASSWORD: 'hunter2' })).shown).toEqual([]);
  expect((await loadText(url('').replace(':@', ''))).shown).toEqual([]);
});
