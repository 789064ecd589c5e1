import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { root } from './root.ts';

/** A source file of the repository. */
export interface Source {
  /** Path from the root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly isTest: boolean;
}

/** The source files of one or more folders; nothing that is installed, built or received. */
export async function sources(...folders: readonly string[]): Promise<readonly Source[]> {
  const found = await Promise.all(folders.map(sourcesOf));
  return found.flat().toSorted((one, other) => one.path.localeCompare(other.path));
}

async function sourcesOf(folder: string): Promise<readonly Source[]> {
  const entries = await readdir(root(folder), { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && /\.(ts|tsx|mjs|js|css|html)$/.test(entry.name))
    .map((entry) => relative(root(), join(entry.parentPath, entry.name)))
    .filter((path) => !/(^|\/)(node_modules|dist|\.consort|received)\//.test(path));
  return Promise.all(
    paths.map(async (path) => ({
      path,
      text: await readFile(root(path), 'utf8'),
      isTest: /\.(test|fixture)\.ts$|\/test(ing)?-[\w-]+\.ts$|^(tests|packages\/testing)\//.test(
        path,
      ),
    })),
  );
}
