import { defineConfig } from 'vitepress';
import { sidebar } from './sidebar.mjs';

export default defineConfig({
  title: 'Consort',
  description: 'A production engine for DICOM.',
  lang: 'en',
  outDir: '../dist/site',
  cleanUrls: false,
  // Nothing is fetched from anywhere: fonts are those of the reader's system, the search is built in.
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar,
    nav: sidebar.map(({ text, items }) => ({ text, link: items[0].link })),
  },
  markdown: { config: namesOfSources },
});

/** Links to sources lead out of the site: of those the text stays. Dead links within it fail the build. */
function namesOfSources(markdown) {
  markdown.core.ruler.push('names-of-sources', ({ tokens, env }) => {
    const folders = (env.relativePath ?? '').split('/').length - 1;
    const leadsOut = (href) => href.split('/').filter((part) => part === '..').length > folders;
    for (const { children } of tokens) {
      let isOut = false;
      for (const token of children ?? []) {
        if (token.type === 'link_open') isOut = leadsOut(token.attrGet('href') ?? '');
        if (isOut && /^link_/.test(token.type)) {
          token.tag = 'span';
          token.attrs = null;
          // Another type, so that the rule for links does not look at it.
          token.type = token.type.replace('link', 'source');
        }
      }
    }
  });
}
