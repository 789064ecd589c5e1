import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { EngineError, productionSchema } from '@consort/core';
import { builtInComponents } from '../components-of.ts';
import { fillTemplate } from './fill-template.ts';
import { fillingOf } from './filling-of.ts';
import type { Plan } from './plan.ts';
import { sampleImages } from './sample-images.ts';

const templates = new URL('../../templates/', import.meta.url);

/** Each file of a new production, and the template it is made of: npm leaves some names out of a package. */
const files: Readonly<Record<string, string>> = {
  'production.yaml': 'production.yaml',
  'stamp.ts': 'stamp.ts',
  'stamp.test.ts': 'stamp.test.ts',
  'README.md': 'README.md',
  'package.json': 'package.json',
  'tsconfig.json': 'tsconfig.json',
  Dockerfile: 'Dockerfile',
  'compose.yaml': 'compose.yaml',
  '.npmrc': 'npmrc',
  '.gitignore': 'gitignore',
  '.dockerignore': 'dockerignore',
};

/**
 * Writes a new production into its folder, which is made.
 * @returns the names of what was written, in the order of importance
 * @throws EngineError USAGE when there is something in the folder already
 */
export async function writeProduction(plan: Plan): Promise<readonly string[]> {
  const folder = resolve(plan.folder);
  await refuseFull(folder, plan.folder);
  const filling = fillingOf(plan);
  const contents: (readonly [string, string | Buffer])[] = [];
  for (const [name, template] of Object.entries(files)) {
    const text = await readFile(new URL(template, templates), 'utf8');
    contents.push([name, fillTemplate(text, filling)]);
  }
  for (const { name, bytes } of sampleImages()) contents.push([join('samples', name), bytes]);
  contents.push(['.production/schema.json', await schema()]);
  for (const [name, content] of contents) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { flag: 'wx' });
  }
  for (const made of ownFolders(plan)) await mkdir(resolve(folder, made), { recursive: true });
  return contents.map(([name]) => name);
}

/** @throws EngineError USAGE; what a version control system keeps of itself is nothing */
async function refuseFull(folder: string, given: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new EngineError('USAGE', `cannot write a production into ${given}: ${error.message}`);
  });
  if (names.every((name) => name === '.git')) return;
  throw new EngineError(
    'USAGE',
    `cannot write a production into ${given}: the folder is not empty; name one that is new: production init NAME`,
  );
}

/** Those that have to be there when it starts, as far as they are below it. */
function ownFolders({ receive, send }: Plan): readonly string[] {
  const folders = [receive, send].flatMap((end) => ('folder' in end ? [end.folder] : []));
  return folders.filter((folder) => !isAbsolute(folder));
}

async function schema(): Promise<string> {
  const components = await builtInComponents();
  const named = components.map(({ name, component }) => [name, component]);
  return `${JSON.stringify(productionSchema(Object.fromEntries(named)), undefined, 2)}\n`;
}
