import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { describe, expect, test } from 'vitest';
import { root } from './root.ts';
import { sources } from './sources.ts';

// Which of our packages each may import. core knows none of them; only cli names concrete classes of store and redis.
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  store: ['core'],
  redis: ['core'],
  dicom: ['core'],
  dashboard: ['core'],
  create: ['cli'],
  testing: ['core', 'dicom', 'store', 'cli'],
  cli: ['core', 'store', 'redis', 'dicom', 'dashboard'],
};

// What each may take from elsewhere.
const thirdParty: Readonly<Record<string, readonly string[]>> = {
  core: ['zod', 'yaml', 'pino'],
  store: ['kysely', 'better-sqlite3'],
  redis: ['bullmq', 'ioredis'],
  dicom: ['dcmjs-dimse', 'dcmjs', 'dcmjs-codecs', '@marcbachmann/cel-js', 'zod'],
  dashboard: [
    'fastify',
    '@bull-board/api',
    '@bull-board/fastify',
    '@dagrejs/dagre',
    '@prometheus-io/client',
    'jose',
    'zod',
  ],
  testing: ['zod'],
  cli: ['commander', 'nodemailer', 'saxes', 'zod'],
};

// What the operators' app is made of and tested with. All of it is bundled or left behind by the build, so it is
// for development only.
const forTheApp = [
  '@axe-core/playwright',
  '@tanstack/react-query',
  '@tanstack/react-virtual',
  '@types/react',
  '@types/react-dom',
  '@vitejs/plugin-react',
  '@xyflow/react',
  'playwright-core',
  'react',
  'react-dom',
  'uplot',
  'vite',
  'wouter',
];

// For development every package may use these, and all of ours.
const forTests = [
  'vitest',
  'fast-check',
  ...Object.keys(mayImport).map((name) => `@consort/${name}`),
];

describe.each(Object.keys(mayImport))('@consort/%s', (name) => {
  const ours = mayImport[name]?.map((other) => `@consort/${other}`) ?? [];
  const allowed = [...ours, ...(thirdParty[name] ?? [])];

  test('declares no package it may not import', async () => {
    const { dependencies = {} } = JSON.parse(
      await readFile(root(`packages/${name}/package.json`), 'utf8'),
    ) as { dependencies?: Record<string, string> };
    expect(Object.keys(dependencies).filter((other) => !allowed.includes(other))).toEqual([]);
    expect(
      Object.values(dependencies).filter((version) => !/^\d+\.\d+\.\d+$/.test(version)),
    ).toEqual([]);
  });

  test('imports only what it declares', async () => {
    const { dependencies = {} } = JSON.parse(
      await readFile(root(`packages/${name}/package.json`), 'utf8'),
    ) as { dependencies?: Record<string, string> };
    const declared = [...Object.keys(dependencies), `@consort/${name}`];
    const stray = (await sources(`packages/${name}/src`)).flatMap(({ path, text, isTest }) =>
      importsOf(text)
        .filter((other) => !declared.includes(other))
        .filter((other) => !(isTest && forTests.includes(other)))
        .map((other) => `${path} imports ${other}`),
    );
    expect(stray).toEqual([]);
  });
});

test('the app imports what is bundled into it, and of ours nothing but types', async () => {
  const { devDependencies = {} } = JSON.parse(
    await readFile(root('packages/dashboard/package.json'), 'utf8'),
  ) as { devDependencies?: Record<string, string> };
  expect(Object.keys(devDependencies).toSorted()).toEqual(forTheApp.toSorted());
  const stray = (await sources('packages/dashboard/web'))
    .filter(({ isTest }) => !isTest)
    .flatMap(({ path, text }) =>
      importsOf(text.replace(/^import type [^;]*;$/gm, ''))
        .filter((name) => !(name in devDependencies))
        .map((name) => `${path} imports ${name}`),
    );
  expect(stray).toEqual([]);
});

test('no component of a production reaches into the queues or the record', async () => {
  const stray = (await sources('productions'))
    .filter(({ isTest }) => !isTest)
    .flatMap(({ path, text }) =>
      importsOf(text)
        .filter((name) => !['@consort/core', '@consort/dicom', 'zod'].includes(name))
        .map((name) => `${path} imports ${name}`),
    );
  expect(stray).toEqual([]);
});

test('H42, H43: of dcmjs-dimse only what makes commands is used, in one file, and nothing reads a data set by dcmjs', async () => {
  const product = (await sources('packages', 'productions')).filter(({ isTest }) => !isTest);
  const users = product.filter(({ text }) => importsOf(text).includes('dcmjs-dimse'));
  expect(users.map(({ path }) => path)).toEqual(['packages/dicom/src/association/dimse.ts']);
  const used = new Set(users.flatMap(({ text }) => text.match(/(?<=\bdimse\.)[A-Za-z]\w*/g) ?? []));
  // Its Server, Client and Scp hold sockets; its Statistics and transcoding are of no use.
  const harmless = ['Dataset', 'constants', 'log', 'requests', 'responses'];
  expect([...used].toSorted().filter((name) => !harmless.includes(name))).toEqual([]);
  const readers = /naturalizeDataset|DicomMessage|DicomDict\b|getDenaturalizedDataset/;
  expect(product.filter(({ text }) => readers.test(text)).map(({ path }) => path)).toEqual([]);
});

/** The packages a source imports, whether statically, dynamically or for types only. */
function importsOf(text: string): readonly string[] {
  const specifiers = text.matchAll(
    /(?:\bfrom|\bimport|\bimport\()\s*'(@?\w[\w.:-]*(?:\/[\w.-]+)*)'/g,
  );
  return [...specifiers]
    .map(([, specifier = '']) => specifier)
    .filter((specifier) => !isBuiltin(specifier))
    .map((specifier) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    );
}
