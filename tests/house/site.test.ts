import { expect, test } from 'vitest';
import { sidebar } from '../../docs/.vitepress/sidebar.mjs';
import { markdownPages } from './user-texts.ts';

test('every page of docs/ has its one place on the site', async () => {
  const places = sidebar.flatMap(({ items }) => items.map(({ link }) => `docs${link}.md`));
  const pages = (await markdownPages()).filter(
    (page) => page.startsWith('docs/') && page !== 'docs/index.md',
  );
  expect(places.toSorted()).toEqual(pages.toSorted());
});
