import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { root } from '../house/root.ts';
import { packages } from './packages.ts';

// The release runs in a copy of what it reads and changes, with a note of its own.

const run = promisify(execFile);
const manifests = packages.map((name) => `packages/${name}/package.json`);
const read = ['.changeset/config.json', 'package.json', 'package-lock.json', 'deploy/helm'];

let repository: string;

beforeEach(async () => {
  repository = await mkdtemp(join(tmpdir(), 'consort-release-test-'));
  for (const path of [...read, ...manifests, 'scripts']) {
    await mkdir(dirname(join(repository, path)), { recursive: true });
    await cp(root(path), join(repository, path), { recursive: true });
  }
  await symlink(root('node_modules'), join(repository, 'node_modules'));
});

afterEach(() => rm(repository, { recursive: true, force: true }));

test('a rehearsal says the next version and its changes, and changes nothing', async () => {
  await note('minor', 'Images may be sent by post.');
  const before = await contents();
  const { stdout, stderr } = await release('--dry');
  const next = after(await version());
  expect(stderr).toContain('1 notes wait for a release: by-post.md');
  expect(stderr).toContain(`the next version is ${next}. Nothing was changed here`);
  expect(stdout).toContain(
    `# @consort/dicom\n\n## ${next}\n\n### Minor Changes\n\n- Images may be`,
  );
  expect(stdout.match(/^# @consort\//gm)).toHaveLength(packages.length);
  expect(await contents()).toEqual(before);
});

test('a version is one for all: packages, what they ask of each other, lock file, chart, image', async () => {
  await note('minor', 'Images may be sent by post.');
  const next = after(await version());
  const script = `const { versionPackages } = await import(${JSON.stringify(join(repository, 'scripts/release/version.mjs'))});
    process.stdout.write(await versionPackages(${JSON.stringify(repository)}));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script]);
  expect(stdout).toBe(next);
  const lock = (await json('package-lock.json')) as { version: string; packages: Entries };
  expect(lock.version).toBe(next);
  for (const path of ['', ...packages.map((name) => `packages/${name}`)]) {
    const manifest = (await json(join(path, 'package.json'))) as Entry;
    expect(manifest.version).toBe(next);
    const asked = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    for (const [name, wanted] of asked.filter(([other]) => other.startsWith('@consort/')))
      expect(`${path} ${name} ${wanted}`).toBe(`${path} ${name} ${next}`);
    for (const key of ['version', 'dependencies', 'devDependencies'] as const)
      expect(lock.packages[path]?.[key], `${key} of ${path}`).toEqual(manifest[key]);
  }
  const chart = await text('deploy/helm/consort/Chart.yaml');
  expect(chart).toContain(`\nversion: ${next}\nappVersion: ${next}\n`);
  expect(await text('deploy/helm/consort/values.yaml')).toContain(`\n  tag: ${next}\n`);
  expect(await text('packages/dicom/CHANGELOG.md')).toContain('- Images may be sent by post.');
  expect(await readdir(join(repository, '.changeset'))).toEqual(['config.json']);
});

test('without a note there is nothing to release', async () => {
  await expect(release('--dry')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('nothing is to be released'),
  });
});

test('a release does not begin where there are changes of something else', async () => {
  await note('patch', 'A comma.');
  await run('git', ['init', '--quiet'], { cwd: repository });
  await expect(release()).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('begins with a working tree without changes'),
  });
});

interface Entry {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

type Entries = Readonly<Record<string, Entry>>;

function release(...words: readonly string[]) {
  const script = join(repository, 'scripts/release/release.mjs');
  return run(process.execPath, [script, ...words], { cwd: repository });
}

function note(size: string, words: string): Promise<void> {
  const file = join(repository, '.changeset/by-post.md');
  return writeFile(file, `---\n'@consort/dicom': ${size}\n---\n\n${words}\n`);
}

async function version(): Promise<string> {
  return ((await json('package.json')) as Entry).version;
}

/** The next minor version. */
function after(current: string): string {
  const [major, minor] = current.split('.').map(Number);
  return `${major}.${(minor ?? 0) + 1}.0`;
}

async function contents(): Promise<readonly string[]> {
  const names = await readdir(join(repository, '.changeset'));
  const paths = ['package.json', 'package-lock.json', ...manifests];
  return [...names.toSorted(), ...(await Promise.all(paths.map(text)))];
}

function text(path: string): Promise<string> {
  return readFile(join(repository, path), 'utf8');
}

async function json(path: string): Promise<unknown> {
  return JSON.parse(await text(path));
}
