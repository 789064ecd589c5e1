import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { root } from './root.ts';
import { testReference, titlesOf } from './titles-of.ts';

const page = await readFile(root('docs/asks.md'), 'utf8');

/** The rows: number, ask, where it was asked, what there is, what shows it. */
const rows = [...page.matchAll(/^\| (\d+) \| (?:.+?) \| (.+?) \| (.+?) \| (.+) \|$/gm)].map(
  ([, number = '', asked = '', here = '', proof = '']) => ({ number, asked, here, proof }),
);

test('docs/asks.md says of each of 25 asks where it was asked and what there is', () => {
  expect(rows.map(({ number }) => number)).toEqual(
    Array.from({ length: 25 }, (_, index) => String(index + 1)),
  );
  for (const { number, asked, here } of rows) {
    expect(asked, number).toMatch(/\]\(https:\/\/(github\.com|discourse\.orthanc-server\.org)\//);
    expect(here, number).toMatch(/^(done|(partly|not yet): .{20})/);
  }
});

test('every test that it names is there, in the file it names', async () => {
  for (const { number, proof } of rows) {
    const named = [...proof.matchAll(new RegExp(testReference, 'g'))];
    expect(named, `row ${number}: ${proof}`).toHaveLength(1);
    for (const [, path = '', title = ''] of named)
      expect(titlesOf(await readFile(root(path), 'utf8')), `row ${number}`).toContain(title);
  }
});
