// The packages of npm, and the app of the dashboard that is built from them. Needs nothing but Node 18 and npm.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { execute, fail, root, say } from './commands.mjs';

const stamp = join(root, 'node_modules/.consort-installed');

/** Installs what package-lock.json has, unless it is there. */
export function installPackages() {
  if (isInstalled()) return;
  say('installing the packages of package-lock.json with: npm install --no-save');
  npmInstall(process.execPath);
}

/**
 * Ends what `installPackages` has begun. On an older Node npm leaves out what asks for a newer one, without a word; where
 * it has, it is asked once more on the Node that everything will run with.
 */
export function completePackages(node) {
  if (isInstalled()) return;
  if (node !== process.execPath && leftOut().length > 0) {
    say(`installing what this Node was too old for: ${leftOut().join(', ')}`);
    // The system's Node trusts the certificates of the system, which may be those of a proxy; so has this one to.
    npmInstall(node, '--prefer-offline', { ...withFirst(node), NODE_USE_SYSTEM_CA: '1' });
  }
  writeFileSync(stamp, digestOfPackages());
}

/** Packages for this platform alone that the lock file has and `node_modules` has not. */
function leftOut() {
  const { packages = {} } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const isHere = ({ optional, os, cpu, libc = ['glibc'] }) =>
    optional &&
    os?.includes(process.platform) &&
    cpu?.includes(process.arch) &&
    libc[0] === 'glibc';
  return Object.entries(packages)
    .filter(([path, entry]) => isHere(entry) && !existsSync(join(root, path)))
    .map(([path]) => path.replace('node_modules/', ''));
}

function isInstalled() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === digestOfPackages() && isComplete();
}

function npmInstall(node, more = '', env = withFirst(node)) {
  const lock = join(root, 'package-lock.json');
  const before = readFileSync(lock);
  // `npm ci` refuses a lock that was made where other platforms' optional binaries cannot be read.
  const options = '--no-save --include=dev --include=optional --loglevel=error';
  const isDone = execute(`npm install ${options} ${more}`.trimEnd(), env);
  const isChanged = !before.equals(readFileSync(lock));
  if (isChanged) writeFileSync(lock, before);
  if (!isDone) fail('npm install failed; what it said is above');
  if (isChanged)
    fail(
      'npm install changed package-lock.json, so it does not belong to the package.json files; ' +
        'it is as it was before. Run npm install and commit the new lock file',
    );
}

/**
 * Builds the app that the dashboard serves; turbo does nothing where nothing has changed. An app that cannot be built
 * keeps nobody from starting: images matter more than pages, and the dashboard says what to do.
 */
export function buildApp(node) {
  const turbo = join(root, 'node_modules/.bin/turbo');
  const words = [turbo, 'run', 'build', '--filter=@consort/dashboard', '--output-logs=errors-only'];
  const env = { ...withFirst(node), TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' };
  const { status, stdout, stderr } = spawnSync(node, words, { cwd: root, env, encoding: 'utf8' });
  // Some versions of npm end with 0 where a script of a workspace failed, and turbo believes them.
  if (status === 0 && existsSync(join(root, 'packages/dashboard/dist/web/index.html'))) return;
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`);
  say(
    'the pages could not be built; everything else goes on. To try again: npx turbo run build --force',
  );
}

/** The environment in which this Node is the first that is found. @returns {NodeJS.ProcessEnv} */
function withFirst(node) {
  return { ...process.env, PATH: dirname(node) + delimiter + process.env.PATH };
}

/** What an install depends on: nothing is left to do while it stays the same. */
function digestOfPackages() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  const files = workspaces().map((name) => `packages/${name}/package.json`);
  for (const file of ['package-lock.json', 'package.json', '.npmrc', ...files])
    hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function isComplete() {
  const names = workspaces().map((name) => `@consort/${name}`);
  if (process.platform === 'linux') names.push(`node-linux-${process.arch}`);
  return names.every((name) => existsSync(join(root, 'node_modules', name, 'package.json')));
}

function workspaces() {
  const names = readdirSync(join(root, 'packages')).sort();
  return names.filter((name) => existsSync(join(root, 'packages', name, 'package.json')));
}
