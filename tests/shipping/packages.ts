import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { root } from '../house/root.ts';

const run = promisify(execFile);

/** Our packages, in the order in which they are staged. */
export const packages = [
  'core',
  'store',
  'redis',
  'dicom',
  'dashboard',
  'cli',
  'create',
  'testing',
];

/** Nothing that npm or vitest have set around this test reaches what it runs. */
export const environment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^npm_/i.test(key))),
  REDIS_URL: undefined,
  CONSORT_DATA: undefined,
  NO_COLOR: '1',
};

/** Packs all packages into `directory/tarballs`, as a release does. */
export async function packPackages(directory: string): Promise<void> {
  await run(process.execPath, [root('scripts/release/pack.mjs'), directory], { env: environment });
}

/** Makes `app` a folder in which all tarballs are installed. What npm has in its cache is not asked for again. */
export async function installPackages(app: string, directory: string): Promise<void> {
  const more = ['testing', 'store', 'redis', 'dashboard', 'create'];
  await run(process.execPath, [root('scripts/release/app.mjs'), app, directory, ...more]);
  const words = ['install', '--prefer-offline', '--loglevel=error'];
  await run('npm', words, { cwd: app, env: environment });
}
