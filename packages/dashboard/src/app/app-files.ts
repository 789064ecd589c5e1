import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of the app, whole. */
export interface AppFile {
  readonly type: string;
  readonly bytes: Buffer;
}

/** Where the build leaves the app. */
export const builtApp = fileURLToPath(new URL('../../dist/web', import.meta.url));

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * The files of the built app by their paths: `/index.html`, `/assets/index-….js`. Only what is in this list is ever
 * served, so no path that a browser sends reaches the disk. Empty while the app is not built.
 */
export async function appFiles(directory: string): Promise<ReadonlyMap<string, AppFile>> {
  const found = new Map<string, AppFile>();
  for (const folder of ['', 'assets']) {
    const names = await readdir(join(directory, folder)).catch(() => []);
    for (const name of names) {
      const type = types[extname(name)];
      if (type) {
        const path = ['', folder, name].filter((part, index) => index === 0 || part !== '');
        found.set(path.join('/'), { type, bytes: await readFile(join(directory, folder, name)) });
      }
    }
  }
  return found;
}
