// Makes of each workspace the package that is published: JavaScript, declarations, source maps, README, LICENSE.
//   node scripts/release/stage.mjs [DIRECTORY]     dist/packages, unless another one is named
// The workspaces themselves are never changed, so whatever stops this leaves nothing to put back.
import { spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { execute, fail, root, say } from '../commands.mjs';
import { compiled } from './compiled.mjs';
import { manifestOf } from './manifest.mjs';

/** The workspaces that are published, in the order in which each comes after what it depends on. */
export const names = ['core', 'store', 'redis', 'dicom', 'dashboard', 'cli', 'create', 'testing'];

if (process.argv[1] === import.meta.filename)
  await stage(resolve(process.argv[2] ?? join(root, 'dist/packages')));

/** Builds all packages into a directory: `DIRECTORY/core` is what `npm pack` and `npm publish` are given. */
export async function stage(directory) {
  const part = `${directory}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true });
  const output = join(part, '.compiled');
  compile(output);
  for (const name of names) await stageOne(name, output, join(part, name));
  await rm(output, { recursive: true });
  await rm(directory, { recursive: true, force: true });
  await rename(part, directory);
  say(`${names.length} packages are in ${relative(process.cwd(), directory) || directory}`);
}

function compile(output) {
  const tsc = join(root, 'node_modules/.bin/tsc');
  const project = join(root, 'scripts/release/tsconfig.json');
  const { status } = spawnSync(process.execPath, [tsc, '-p', project, '--outDir', output], {
    cwd: root,
    stdio: [0, 2, 2],
  });
  if (status !== 0) fail('the packages do not compile; what tsc said is above', 1);
}

async function stageOne(name, output, target) {
  const workspace = join(root, 'packages', name);
  const from = join(output, name, 'src');
  for (const path of await filesOf(from)) {
    const to = join(target, 'dist', path);
    await mkdir(dirname(to), { recursive: true });
    await writeFile(to, await compiled(join(from, path), from));
  }
  const manifest = JSON.parse(await readFile(join(workspace, 'package.json'), 'utf8'));
  await writeFile(
    join(target, 'package.json'),
    `${JSON.stringify(manifestOf(manifest), undefined, 2)}\n`,
  );
  await cp(join(workspace, 'README.md'), join(target, 'README.md'));
  await cp(join(root, 'LICENSE'), join(target, 'LICENSE'));
  for (const path of Object.values(manifest.bin ?? {})) await stageBin(workspace, path, target);
  if (name === 'dashboard') await stagePages(workspace, target);
  // What new productions are made of stays as it is.
  if (name === 'cli')
    await cp(join(workspace, 'templates'), join(target, 'templates'), { recursive: true });
}

async function stageBin(workspace, path, target) {
  const text = await readFile(join(workspace, path), 'utf8');
  await mkdir(dirname(join(target, path)), { recursive: true });
  await writeFile(join(target, path), text.replaceAll('../src/main.ts', '../dist/main.js'), {
    mode: 0o755,
  });
}

/** The app that browsers run; turbo builds nothing where nothing has changed. */
async function stagePages(workspace, target) {
  if (!execute('npx turbo run build --filter=@consort/dashboard --output-logs=errors-only'))
    fail('the pages could not be built; what vite said is above', 1);
  const skipped = join(workspace, 'dist/web/.vite');
  await cp(join(workspace, 'dist/web'), join(target, 'dist/web'), {
    recursive: true,
    filter: (path) => path !== skipped,
  });
}

async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
