// Makes a folder in which `npm install` installs the tarballs, with the versions of the repository's lock file.
//   node scripts/release/app.mjs FOLDER DIRECTORY [NAME…]
// DIRECTORY is where pack.mjs has left packages/ and tarballs/; NAME: a package that is imported besides cli, core and dicom.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fail, root } from '../commands.mjs';
import { names } from './stage.mjs';

/** What a production and the components of its users import; what these need comes by itself. */
const wanted = ['cli', 'core', 'dicom'];

if (process.argv[1] === import.meta.filename) {
  const [folder, directory, ...more] = process.argv.slice(2);
  if (!folder || !directory) fail('usage: app.mjs FOLDER DIRECTORY [NAME…]', 2);
  await makeApp(resolve(folder), resolve(directory), more);
}

/** Writes package.json, package-lock.json and .npmrc. Everything in `more` is installed besides what is wanted. */
async function makeApp(folder, directory, more) {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  const others = Object.entries(lock.packages).filter(
    ([path, { link }]) => path.startsWith('node_modules/') && !link,
  );
  const ours = {};
  // Components declare their settings with zod.
  const dependencies = { zod: lock.packages['node_modules/zod'].version };
  for (const name of names) {
    const entry = await entryOf(name, directory);
    ours[`node_modules/@consort/${name}`] = entry;
    if ([...wanted, ...more].includes(name)) dependencies[`@consort/${name}`] = entry.resolved;
  }
  const own = { name: 'productions', private: true, type: 'module', dependencies };
  const packages = { '': own, ...Object.fromEntries(others), ...ours };
  await mkdir(folder, { recursive: true });
  await writeJson(join(folder, 'package.json'), own);
  await writeJson(join(folder, 'package-lock.json'), {
    name: own.name,
    lockfileVersion: 3,
    requires: true,
    packages,
  });
  // Of a package in a lock file npm does not see that it brings its binary, and would compile better-sqlite3.
  await writeFile(join(folder, '.npmrc'), 'ignore-scripts=true\naudit=false\nfund=false\n');
}

async function entryOf(name, directory) {
  const manifest = join(directory, 'packages', name, 'package.json');
  const { version, dependencies = {}, bin = {} } = JSON.parse(await readFile(manifest, 'utf8'));
  const resolved = `file:${join(directory, 'tarballs', `consort-${name}-${version}.tgz`)}`;
  return { version, resolved, dependencies, bin };
}

function writeJson(file, value) {
  return writeFile(file, `${JSON.stringify(value, undefined, 2)}\n`);
}
