// The next version, from the notes in .changeset: the packages get it by changesets, everything else follows.
import { spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, root } from '../commands.mjs';
import { names } from './stage.mjs';

/** The notes that wait for a release, by their file names. */
export async function pendingNotes(folder) {
  const files = await readdir(join(folder, '.changeset'));
  return files.filter((name) => name.endsWith('.md') && name !== 'README.md').sort();
}

/** Gives everything in `folder` the next version, writes the changelogs, and removes the notes; returns the version. */
export async function versionPackages(folder) {
  const changeset = join(root, 'node_modules/@changesets/cli/bin.js');
  const { status } = spawnSync(process.execPath, [changeset, 'version'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) fail('changeset version failed; what it said is above', 1);
  const { version } = await readJson(join(folder, 'packages/core/package.json'));
  await followInRoot(folder, version);
  await followInLock(folder);
  await followInChart(folder, version);
  return version;
}

async function followInRoot(folder, version) {
  const file = join(folder, 'package.json');
  const manifest = await readJson(file);
  for (const name of Object.keys(manifest.devDependencies))
    if (name.startsWith('@consort/')) manifest.devDependencies[name] = version;
  await writeJson(file, { ...manifest, version });
}

/** By hand: npm would add the packages of every other platform to the lock file. */
async function followInLock(folder) {
  const file = join(folder, 'package-lock.json');
  const lock = await readJson(file);
  for (const path of ['', ...names.map((name) => `packages/${name}`)]) {
    const manifest = await readJson(join(folder, path, 'package.json'));
    const entry = lock.packages[path];
    for (const key of ['version', 'dependencies', 'devDependencies'])
      if (entry[key]) entry[key] = manifest[key];
  }
  await writeJson(file, { ...lock, version: lock.packages[''].version });
}

async function followInChart(folder, version) {
  const chart = join(folder, 'deploy/helm/consort');
  await replaceIn(join(chart, 'Chart.yaml'), /^(version|appVersion): .*$/gm, `$1: ${version}`);
  await replaceIn(join(chart, 'values.yaml'), /^( {2}tag): .*$/m, `$1: ${version}`);
}

async function replaceIn(file, pattern, replacement) {
  const text = await readFile(file, 'utf8');
  if (text.search(pattern) < 0) fail(`${file} has no version where one is looked for`, 1);
  await writeFile(file, text.replace(pattern, replacement));
}

async function readJson(file) {
  return JSON.parse(await readFile(file, 'utf8'));
}

function writeJson(file, value) {
  return writeFile(file, `${JSON.stringify(value, undefined, 2)}\n`);
}
