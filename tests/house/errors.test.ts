import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { errorCodes } from '@consort/core';
import { root } from './root.ts';

const row = /^\| `([A-Z0-9_]+)` \|(.+)\|(.+)\|$/gm;

test('docs/errors.md has one row for every error code, each with a meaning and something to do', async () => {
  const rows = [...(await readFile(root('docs/errors.md'), 'utf8')).matchAll(row)];
  const documented = rows.map(([, code]) => code);
  expect(documented.toSorted()).toEqual(Object.keys(errorCodes).toSorted());
  for (const [, code, meaning = '', remedy = ''] of rows) {
    expect(meaning.trim(), `the meaning of ${code}`).not.toBe('');
    expect(remedy.trim(), `what to do about ${code}`).not.toBe('');
  }
});
