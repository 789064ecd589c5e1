import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { root } from './root.ts';

const reference = /\[[\w-]+\]\(\.\.\/([^)]+)\) \*([^*]+)\*/g;

test('every row of docs/interoperability.md names a test that is there', async () => {
  const page = await readFile(root('docs/interoperability.md'), 'utf8');
  const rows = page.split('\n').filter((line) => /^\| (?!peer)/.test(line));
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) {
    const named = [...row.matchAll(reference)];
    expect(named, row).not.toEqual([]);
    for (const [, path = '', title = ''] of named) {
      expect(await readFile(root(path), 'utf8'), row).toContain(title);
    }
  }
});
