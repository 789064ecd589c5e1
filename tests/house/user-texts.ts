import { readdir, readFile } from 'node:fs/promises';
import { root } from './root.ts';
import { sources } from './sources.ts';

/** Something that users read, and where it stands. */
export interface UserText {
  readonly where: string;
  readonly text: string;
}

/**
 * All that users read: documentation, page, descriptions in schemas. Code and quoted names are left out, but not on the
 * generated pages of docs/reference, which hold the help and what settings say of themselves.
 */
export async function userTexts(): Promise<readonly UserText[]> {
  return [...(await documentation()), ...(await pageTexts()), ...(await schemas())];
}

/** The Markdown pages: README, those of the examples, and all of docs/. */
export async function markdownPages(): Promise<readonly string[]> {
  const docs = await readdir(root('docs'), { recursive: true });
  const examples = await readdir(root('productions'));
  return [
    'README.md',
    ...examples
      .filter((name) => !name.includes('.'))
      .map((name) => `productions/${name}/README.md`),
    ...docs
      .filter((name) => name.endsWith('.md') && !/(^|\/)(node_modules|dist)\//.test(name))
      .map((name) => `docs/${name}`),
  ].toSorted();
}

async function documentation(): Promise<readonly UserText[]> {
  const pages = await markdownPages();
  return Promise.all(
    pages.map(async (where) => {
      const page = await readFile(root(where), 'utf8');
      return { where, text: where.startsWith('docs/reference/') ? page : prose(page) };
    }),
  );
}

/** What is said on a page: no code, no names in code, no addresses of links. */
function prose(page: string): string {
  return page
    .replaceAll(/^```[^]*?^```/gm, '')
    .replaceAll(/`[^`]*`/g, '`')
    .replaceAll(/\]\([^)]*\)/g, ']')
    .replaceAll(/<!--[^]*?-->/g, '');
}

async function pageTexts(): Promise<readonly UserText[]> {
  const files = await sources('packages/dashboard/web');
  return files
    .filter(({ path }) => /\.tsx?$/.test(path) && !path.endsWith('.test.ts'))
    .map(({ path, text }) => ({ where: path, text: shown(text) }));
}

/** What a source of the page shows: text between tags, and literals that are sentences or begin like one. */
function shown(source: string): string {
  const code = source.replaceAll(/\/\*[^]*?\*\/|\/\/.*$|^import[^]*?;$/gm, '');
  const between = [...code.matchAll(/>([^<>{}=;]*[A-Za-z][^<>{}=;]*)</g)].map(([, text]) => text);
  const literals = [...code.matchAll(/(['"`])((?:(?!\1)[^\n])*)\1/g)]
    .map(([, , text = '']) => text)
    .filter((text) => /^[A-Z]|[a-z,] [a-z]/.test(text) && !text.includes('/'));
  return [...between, ...literals].join('\n');
}

async function schemas(): Promise<readonly UserText[]> {
  const files = ['cli-json.schema.json', 'scenario.schema.json', 'openapi.json'];
  return Promise.all(
    files.map(async (where) => {
      const json: unknown = JSON.parse(await readFile(root(`docs/${where}`), 'utf8'));
      return { where, text: descriptionsIn(json).join('\n') };
    }),
  );
}

function descriptionsIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    typeof one === 'string' && /^(description|summary|title)$/.test(key)
      ? [one]
      : descriptionsIn(one),
  );
}
