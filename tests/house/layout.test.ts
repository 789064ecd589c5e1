import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { root } from './root.ts';
import { sources } from './sources.ts';

const everything = ['packages', 'productions', 'tests', 'bench', 'scripts'];

test('the top level holds what belongs there and nothing else', async () => {
  const local = ['dist', 'node_modules', 'test-report.json'];
  const names = await readdir(root());
  expect(names.filter((name) => !name.startsWith('.') && !local.includes(name)).toSorted()).toEqual(
    [
      'CONTRIBUTING.md',
      'LICENSE',
      'README.md',
      'bench',
      'deploy',
      'docker-compose.yml',
      'docs',
      'package-lock.json',
      'package.json',
      'packages',
      'productions',
      'scripts',
      'tests',
      'tsconfig.base.json',
      'turbo.json',
      'vitest.config.ts',
    ],
  );
  expect(names).toContain('.ci');
});

test('there are eight packages', async () => {
  expect((await readdir(root('packages'))).toSorted()).toEqual([
    'cli',
    'core',
    'create',
    'dashboard',
    'dicom',
    'redis',
    'store',
    'testing',
  ]);
});

test('every production has a file, a README and a test', async () => {
  const folders = await readdir(root('productions'), { withFileTypes: true });
  for (const { name } of folders.filter((entry) => entry.isDirectory())) {
    const files = await readdir(root(`productions/${name}`));
    expect(files).toEqual(expect.arrayContaining(['production.yaml', 'README.md']));
    expect(
      files.some((file) => file.endsWith('.test.ts')),
      `${name} has a test`,
    ).toBe(true);
  }
});

test('files are sorted by subject, never by syntax', async () => {
  const bySyntax =
    /(^|\/)(utils?|helpers?|types|common|interfaces?|constants|enums|misc|lib)(\/|\.ts$)/;
  const paths = (await sources(...everything)).map(({ path }) => path);
  expect(paths.filter((path) => bySyntax.test(path))).toEqual([]);
});

test('no source file is longer than 300 lines', async () => {
  const long = (await sources(...everything))
    .filter(({ isTest }) => !isTest)
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > 300);
  expect(long).toEqual([]);
});

test('the lock file names no registry and holds one dcmjs', async () => {
  const text = await readFile(root('package-lock.json'), 'utf8');
  expect(text).not.toMatch(/registry|\.tgz/);
  const { packages } = JSON.parse(text) as {
    packages: Record<string, { resolved?: string; link?: boolean }>;
  };
  const resolved = Object.values(packages).filter(({ link }) => link !== true);
  expect(resolved.flatMap((entry) => entry.resolved ?? [])).toEqual([]);
  expect(Object.keys(packages).filter((path) => path.endsWith('node_modules/dcmjs'))).toHaveLength(
    1,
  );
});

test('the lock file belongs to the package.json files', async () => {
  const { packages } = JSON.parse(await readFile(root('package-lock.json'), 'utf8')) as {
    packages: Record<string, Record<string, unknown>>;
  };
  const folders = (await readdir(root('packages'))).map((name) => `packages/${name}`);
  for (const folder of ['', ...folders]) {
    const file = root(folder === '' ? 'package.json' : `${folder}/package.json`);
    const declared = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    for (const kind of ['version', 'dependencies', 'devDependencies', 'optionalDependencies'])
      expect(packages[folder]?.[kind], `${kind} of ${folder || 'the root'}`).toEqual(
        declared[kind],
      );
  }
});
