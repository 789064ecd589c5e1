import { access, readdir, readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './root.ts';

const walk = [
  'productions/pacs-to-file/production.yaml',
  'packages/dicom/src/tcp-service.ts',
  'packages/core/src/host.ts',
  'packages/redis/src/transport.ts',
  'productions/pacs-to-file/storage-local.ts',
  'packages/dicom/src/file-operation.ts',
];

test('docs/walk.md leads from socket to file through six files', async () => {
  const page = await readFile(root('docs/walk.md'), 'utf8');
  const rows = [...page.matchAll(/^\| \d \| \[[^\]]+\]\(([^)]+)\) \|/gm)];
  expect(rows.map(([, link = '']) => relative(root(), root(`docs/${link}`)))).toEqual(walk);
});

test('the six files of the walk have at most 900 lines together', async () => {
  const texts = await Promise.all(walk.map((path) => readFile(root(path), 'utf8')));
  const lines = texts.reduce((sum, text) => sum + text.split('\n').length - 1, 0);
  expect(lines).toBeLessThanOrEqual(900);
});

const pages = (await readdir(root('docs'))).filter((name) => name.endsWith('.md'));

test.each([
  'README.md',
  'CONTRIBUTING.md',
  'productions/pacs-to-file/README.md',
  'productions/file-to-pacs/README.md',
  'productions/router/README.md',
  'productions/semantics/README.md',
  'productions/worklist/README.md',
  'productions/query-retrieve/README.md',
  ...pages.map((name) => `docs/${name}`),
])('every link of %s to a file of ours leads somewhere', async (page) => {
  const text = await readFile(root(page), 'utf8');
  const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, link = '']) => link);
  for (const link of links.filter((one) => !/^[a-z]+:/.test(one)))
    await expect(access(resolve(dirname(root(page)), link)), link).resolves.toBeUndefined();
});
