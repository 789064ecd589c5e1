// What tsc wrote, made right for the place it is published at.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/** The text of a file below `folder` as it is published: its names of sources name what was compiled of them. */
export async function compiled(file, folder) {
  const text = await readFile(file, 'utf8');
  if (file.endsWith('.map')) return mapOf(text, file, folder);
  return text.replace(/(?<=(['"]))(\.{1,2}\/[^'"\n]+)\.ts(?=\1)/g, (whole, _quote, path) =>
    existsSync(join(dirname(file), `${path}.js`)) ? `${path}.js` : whole,
  );
}

/**
 * A source map names the source where it is in the repository, seen from `dist`, and holds its text. The extension that
 * is rewritten above has as many letters as before, so its columns stay right.
 */
function mapOf(text, file, folder) {
  const map = JSON.parse(text);
  const path = relative(folder, file).replace(/\.js\.map$/, '.ts');
  const up = '../'.repeat(path.split('/').length);
  return JSON.stringify({ ...map, sources: [`${up}src/${path}`] });
}
