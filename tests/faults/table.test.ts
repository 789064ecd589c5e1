import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { root } from '../house/root.ts';
import { rows } from './rows.ts';
import { parts, readResults, table } from './table.ts';

test('docs/reliability.md has the table of the rows and their last results', async () => {
  expect((await parts()).table).toBe(table(await readResults()));
});

test('every row of the matrix names tests that are there', () => {
  const files = rows.flatMap(({ proofs }) => proofs.map(({ file }) => file));
  expect(files.filter((file) => !existsSync(root(file)))).toEqual([]);
  expect(rows.filter(({ proofs }) => proofs.length === 0)).toEqual([]);
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
});
