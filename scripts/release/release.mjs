// Does everything of a release but what cannot be taken back, and says what is left to do.
//   node scripts/release/release.mjs [--dry]     --dry: in a copy; nothing here is changed
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, root, say } from '../commands.mjs';
import { pack } from './pack.mjs';
import { names } from './stage.mjs';
import { pendingNotes, versionPackages } from './version.mjs';

const [mode] = process.argv.slice(2);
if (mode !== undefined && mode !== '--dry') fail('usage: release.mjs [--dry]', 2);
const notes = await pendingNotes(root);
if (notes.length === 0)
  fail('nothing is to be released: no change has left a note; npx changeset writes one', 1);
say(`${notes.length} notes wait for a release: ${notes.join(', ')}`);
await (mode === '--dry' ? rehearse() : release());

async function release() {
  const { status, stdout } = spawnSync('git', ['status', '--porcelain'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0 || stdout !== '')
    fail('a release begins with a working tree without changes', 1);
  const version = await versionPackages(root);
  const packed = await pack(join(root, 'dist'));
  say(`${version} is made. What is left, in this order:`);
  print([
    'npm test',
    `git commit --all --message 'Version ${version}'`,
    `git tag v${version}`,
    ...packed.map(({ filename }) => `npm publish dist/tarballs/${filename}`),
    'git push --follow-tags',
  ]);
}

/** The versions alone: what is packed does not depend on them, and a test packs it. */
async function rehearse() {
  const copy = await mkdtemp(join(tmpdir(), 'consort-release-'));
  try {
    const manifests = names.map((name) => `packages/${name}/package.json`);
    const files = ['package.json', 'package-lock.json', '.changeset', 'deploy/helm', ...manifests];
    for (const path of files) await cp(join(root, path), join(copy, path), { recursive: true });
    const version = await versionPackages(copy);
    say(
      `the next version is ${version}. Nothing was changed here. Its changelogs would begin with`,
    );
    for (const name of names) print([await newestOf(join(copy, `packages/${name}/CHANGELOG.md`))]);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** The first chapter of a changelog, under the name of its package. */
async function newestOf(file) {
  const text = await readFile(file, 'utf8');
  return text
    .split(/^(?=## )/m, 2)
    .join('')
    .trimEnd();
}

function print(lines) {
  process.stdout.write(`${lines.join('\n')}\n`);
}
