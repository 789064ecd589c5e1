import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { root } from '../house/root.ts';
import { buildApp } from './build-app.ts';

interface Chunk {
  readonly file: string;
  readonly css?: readonly string[];
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
}

beforeAll(buildApp);

test('what is loaded before the first page is shown is at most 250 kB, gzipped', async () => {
  const manifest = await readManifest();
  const first = filesFrom(manifest, 'index.html');
  const sizes = await Promise.all(first.map(gzipped));
  expect(first.length).toBeGreaterThan(1);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(250_000);
});

test('the graph and the charts are loaded when they are needed', async () => {
  const manifest = await readManifest();
  const first = filesFrom(manifest, 'index.html').join(' ');
  for (const part of ['production/host-graph.tsx', 'activity/activity-page.tsx']) {
    const { file } = manifest[part] ?? { file: 'not there' };
    expect(first).not.toContain(file);
    expect(await readFile(root(`packages/dashboard/dist/web/${file}`), 'utf8')).not.toBe('');
  }
});

test('the page holds no script and no style of its own, as its content security policy demands', async () => {
  const page = await readFile(root('packages/dashboard/dist/web/index.html'), 'utf8');
  expect(page).not.toMatch(/<style|style=|\son[a-z]+=|<script(?![^>]* src=)/);
  const loaded = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url ?? '');
  expect(loaded.length).toBeGreaterThan(2);
  expect(loaded.filter((url) => !url.startsWith('/'))).toEqual([]);
});

async function readManifest(): Promise<Readonly<Record<string, Chunk>>> {
  const path = root('packages/dashboard/dist/web/.vite/manifest.json');
  return JSON.parse(await readFile(path, 'utf8')) as Record<string, Chunk>;
}

/** What a chunk brings with it, but for what it loads later. */
function filesFrom(manifest: Readonly<Record<string, Chunk>>, start: string): readonly string[] {
  const seen = new Set<string>();
  const files = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const { file, css = [], imports = [] } = manifest[name] ?? { file: `no chunk ${name}` };
    for (const one of [file, ...css]) files.add(one);
    for (const one of imports) visit(one);
  };
  visit(start);
  return [...files];
}

async function gzipped(file: string): Promise<number> {
  return gzipSync(await readFile(root(`packages/dashboard/dist/web/${file}`))).length;
}
