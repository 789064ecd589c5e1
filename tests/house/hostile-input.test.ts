import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { root } from './root.ts';
import { sources } from './sources.ts';

const page = await readFile(root('docs/hostile-input.md'), 'utf8');

/** The rows of both tables: their numbers, and what is said of each. */
const rows = [...page.matchAll(/^\| ([HB]\d+(?:, [HB]\d+)*) \| (.+) \|$/gm)].map(
  ([, numbers = '', text = '']) => ({ numbers: numbers.split(', '), text }),
);
const reference = /\[[\w-]+\]\(\.\.\/([^)]+)\) \*([^*]+)\*/g;

test('docs/hostile-input.md has H1 to H43 and the rows B of what there is, each once', () => {
  const holes = Array.from({ length: 43 }, (_, index) => `H${index + 1}`);
  const inputs = Array.from({ length: 70 }, (_, index) => `B${index + 1}`);
  // What comes by folders, over HTTP or as XML does not come through the gate.
  const elsewhere = ['B64', 'B65', 'B66', 'B67'];
  expect(rows.flatMap(({ numbers }) => numbers)).toEqual([
    ...holes,
    ...inputs.filter((number) => !elsewhere.includes(number)),
  ]);
});

test('every test that it names is there, in the file it names', async () => {
  const missing: string[] = [];
  for (const { numbers, text } of rows) {
    const named = [...text.matchAll(reference)];
    expect(named.length, numbers.join()).toBeGreaterThan(0);
    expect(named.length, `${numbers.join()}: every reference is one`).toBe(
      (text.match(/\]\(\.\.\//g) ?? []).length,
    );
    for (const [, path = '', title = ''] of named) {
      const source = await readFile(root(path), 'utf8');
      if (!["'", '"', '`'].some((quote) => source.includes(quote + title)))
        missing.push(`${numbers.join()}: ${path} has no ${title}`);
    }
  }
  expect(missing).toEqual([]);
});

test('every number in the name of a test is one of the page', async () => {
  const known = new Set(rows.flatMap(({ numbers }) => numbers));
  const files = (await sources('packages', 'tests')).filter(({ path }) =>
    path.endsWith('.test.ts'),
  );
  const tags = files.flatMap(({ text }) =>
    [...text.matchAll(/['"`]((?:[HB]\d+, )*[HB]\d+): /g)].flatMap(([, list = '']) =>
      list.split(', '),
    ),
  );
  expect(tags.length).toBeGreaterThan(100);
  expect(tags.filter((tag) => !known.has(tag))).toEqual([]);
  const shown = new Set(tags);
  expect([...known].filter((number) => number.startsWith('H') && !shown.has(number))).toEqual([]);
});
