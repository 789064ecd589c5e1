import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { serviceClassNames } from '../../packages/dicom/src/service-classes.ts';
import { root } from './root.ts';

const page = await readFile(root('docs/dimse-services.md'), 'utf8');
const productions = ['productions/worklist', 'productions/query-retrieve'];

test('every example of docs/dimse-services.md is a part of a production that is run', async () => {
  const blocks = [...page.matchAll(/^```\w*\n([^]*?)^```/gm)].map(([, text = '']) => text);
  expect(blocks.length).toBeGreaterThan(5);
  const names = await Promise.all(
    productions.map(async (folder) =>
      (await readdir(root(folder)))
        .filter((name) => /^(?!.*\.test).*\.(ts|yaml)$/.test(name))
        .map((name) => `${folder}/${name}`),
    ),
  );
  const texts = await Promise.all(names.flat().map((name) => readFile(root(name), 'utf8')));
  for (const block of blocks) {
    expect(
      texts.some((text) => text.includes(block)),
      block,
    ).toBe(true);
  }
});

test('docs/dimse-services.md has a row for every service class', () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(rows.toSorted()).toEqual(serviceClassNames.toSorted());
});
