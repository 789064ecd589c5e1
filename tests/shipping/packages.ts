import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../house/root.ts';

const run = promisify(execFile);

/** Packs all packages into `directory/tarballs`, as a release does. */
export async function packPackages(directory: string): Promise<void> {
  await run(process.execPath, [root('scripts/release/pack.mjs'), directory], { env: environment });
}

/** Our packages, in the order in which they are staged. */
export const packages = ['core', 'store', 'redis', 'dicom', 'dashboard', 'cli', 'testing'];

/**
 * Makes `app` a folder in which the tarballs are installed, with the versions of the repository's lock file. What npm has
 * in its cache is not asked for again.
 */
export async function installPackages(app: string, directory: string): Promise<void> {
  const lock = JSON.parse(await readFile(root('package-lock.json'), 'utf8')) as Lock;
  const others = Object.entries(lock.packages).filter(
    ([path, { link }]) => path.startsWith('node_modules/') && !link,
  );
  const ours = await Promise.all(packages.map((name) => tarballEntry(name, directory)));
  const dependencies = {
    ...Object.fromEntries(ours.map(([path, { resolved }]) => [path.slice(13), resolved])),
    // The process of the tutorial declares its settings with it.
    zod: lock.packages['node_modules/zod']?.version,
  };
  const own = { name: 'hospital', private: true, type: 'module', dependencies };
  const entries = { '': own, ...Object.fromEntries([...others, ...ours]) };
  await writeFile(join(app, 'package.json'), JSON.stringify(own));
  await writeFile(
    join(app, 'package-lock.json'),
    JSON.stringify({ name: own.name, lockfileVersion: 3, requires: true, packages: entries }),
  );
  await writeFile(join(app, '.npmrc'), 'ignore-scripts=true\naudit=false\nfund=false\n');
  await run('npm', ['install', '--prefer-offline', '--loglevel=error'], {
    cwd: app,
    env: environment,
  });
}

/** Nothing that npm or vitest have set around this test reaches what it runs. */
export const environment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^npm_/i.test(key))),
  REDIS_URL: undefined,
  CONSORT_DATA: undefined,
  NO_COLOR: '1',
};

async function tarballEntry(name: string, directory: string): Promise<[string, Entry]> {
  const manifest = join(directory, 'packages', name, 'package.json');
  const { version, dependencies, bin } = JSON.parse(await readFile(manifest, 'utf8')) as Entry;
  const resolved = `file:${join(directory, 'tarballs', `consort-${name}-${version}.tgz`)}`;
  return [
    `node_modules/@consort/${name}`,
    { version, resolved, ...(dependencies && { dependencies }), ...(bin && { bin }) },
  ];
}

interface Lock {
  readonly packages: Readonly<Record<string, Entry>>;
}

interface Entry {
  readonly version: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
}
