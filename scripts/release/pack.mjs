// Makes the tarballs that are published, and says what is in each.
//   node scripts/release/pack.mjs [DIRECTORY]      dist: packages/ and tarballs/ in there
import { spawnSync } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fail, root, say } from '../commands.mjs';
import { names, stage } from './stage.mjs';

if (process.argv[1] === import.meta.filename)
  await pack(resolve(process.argv[2] ?? join(root, 'dist')));

/** Stages all packages and packs them; returns what npm says of each: its file name, size and files. */
export async function pack(directory) {
  const staged = join(directory, 'packages');
  const tarballs = join(directory, 'tarballs');
  await stage(staged);
  await rm(tarballs, { recursive: true, force: true });
  await mkdir(tarballs, { recursive: true });
  const words = ['pack', '--json', '--pack-destination', tarballs];
  const folders = names.map((name) => join(staged, name));
  // npm takes what a package is from its folder alone: the settings of this repository are not those of a package.
  const { status, stdout } = spawnSync('npm', [...words, ...folders], {
    cwd: staged,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) fail('npm pack failed; what it said is above', 1);
  const packed = Object.values(JSON.parse(stdout));
  for (const { name, version, filename, size, entryCount } of packed)
    say(`${name} ${version}: ${filename}, ${entryCount} files, ${Math.ceil(size / 1024)} KiB`);
  return packed;
}
