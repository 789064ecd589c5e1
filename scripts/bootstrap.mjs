// Brings a fresh machine to where Consort runs, then runs it. Needs nothing but Node 18 and npm.
//   node scripts/bootstrap.mjs start|test|faults|fuzz|bench [--yes] [--] [arguments for what it runs]
//   node scripts/bootstrap.mjs peers     prints as JSON which programs the tests would miss
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { constants as osConstants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const isRoot = process.getuid?.() === 0;

/** What each verb runs, and the programs it needs besides Node. */
const forTests = ['redis', 'dcmtk', 'orthanc', 'pydicom', 'strace'];
const verbs = {
  start: {
    needs: process.env.REDIS_URL ? [] : ['redis'],
    program: ['packages/cli/src/main.ts', 'start', 'productions/pacs-to-file/production.yaml'],
  },
  test: { needs: forTests, program: ['scripts/test.mjs'] },
  faults: { needs: forTests, program: ['tests/faults/main.ts'] },
  fuzz: { needs: [], program: ['tests/fuzz/main.ts'] },
  bench: { needs: ['redis', 'dcmtk', 'orthanc'], program: ['bench/main.ts'] },
};

/** The programs from outside npm: what each is for, how it is found, and the packages that bring it. */
const peers = [
  {
    name: 'redis',
    why: 'the queues live in Redis',
    isThere: () => onPath('redis-server') || onPath('valkey-server'),
    apt: 'redis-server',
    brew: 'redis',
    byHand: 'install Redis 7 or Valkey, or set REDIS_URL',
  },
  {
    name: 'dcmtk',
    why: 'its storescu is a DICOM peer of the tests',
    isThere: () => onPath('storescu'),
    apt: 'dcmtk',
    brew: 'dcmtk',
    byHand: 'install DCMTK, https://dcmtk.org',
  },
  {
    name: 'orthanc',
    why: 'it is the PACS of the tests',
    isThere: () => onPath('Orthanc') || existsSync('/usr/sbin/Orthanc'),
    apt: 'orthanc',
    byHand: 'install Orthanc, https://www.orthanc-server.com',
  },
  {
    name: 'pydicom',
    why: 'its sample files are the images of the tests',
    isThere: () => spawnSync('/usr/bin/python3', ['-c', 'import pydicom']).status === 0,
    apt: 'python3-pydicom',
  },
  {
    name: 'strace',
    why: 'it shows that an image is on disk before it is answered',
    isThere: () => process.platform !== 'linux' || onPath('strace'),
    apt: 'strace',
  },
];

await main(process.argv.slice(2));

async function main([verb = '', ...rest]) {
  if (verb === 'peers') return console.log(asJson(missing(verbs.test.needs)));
  if (!Object.hasOwn(verbs, verb))
    fail('usage: bootstrap.mjs start|test|faults|fuzz|bench [--yes]', 2);
  const { needs, program } = verbs[verb];
  const { yes, extra } = parse(rest);
  installPackages();
  const node = await findNode(yes);
  const lacking = await installPeers(needs, yes);
  const list = lacking.map((peer) => `${peer.name} (${instruction(peer)})`).join(', ');
  if (list && !['test', 'faults'].includes(verb)) fail(`cannot ${verb} without ${list}`);
  if (list) say(`the tests go on without ${list}`);
  await runInForeground(node, [...program, ...extra], {
    PATH: dirname(node) + delimiter + process.env.PATH,
    CONSORT_MISSING_PEERS: asJson(lacking),
  });
}

/** Everything but our own `--yes` is for the program we run. */
function parse(rest) {
  const end = rest.includes('--') ? rest.indexOf('--') : rest.length;
  const before = rest.slice(0, end);
  // `npm start --yes` keeps the flag for itself and says so in the environment only.
  const yes = before.includes('--yes') || process.env.npm_config_yes === 'true';
  return { yes, extra: [...before.filter((word) => word !== '--yes'), ...rest.slice(end + 1)] };
}

function installPackages() {
  const stamp = join(root, 'node_modules/.consort-installed');
  const digest = digestOfPackages();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest && isComplete()) return;
  say('installing the packages of package-lock.json with: npm install --no-save');
  const lock = join(root, 'package-lock.json');
  const before = readFileSync(lock);
  // `npm ci` refuses a lock that was made where other platforms' optional binaries cannot be read.
  const options = '--no-save --include=dev --include=optional --loglevel=error';
  const isDone = execute(`npm install ${options}`);
  const isChanged = !before.equals(readFileSync(lock));
  if (isChanged) writeFileSync(lock, before);
  if (!isDone) fail('npm install failed; what it said is above');
  if (isChanged)
    fail(
      'npm install changed package-lock.json, so it does not belong to the package.json files; ' +
        'it is as it was before. Run npm install and commit the new lock file',
    );
  writeFileSync(stamp, digest);
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

/** The binary that everything is run with. */
async function findNode(yes) {
  if (isNewEnough(process.version)) return process.execPath;
  const node =
    process.platform === 'darwin'
      ? await nodeOfHomebrew(yes)
      : join(root, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
  const { stdout, error } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  if (!error && isNewEnough(stdout)) return node;
  const reason = error ? `does not run (${error.message})` : `is ${stdout.trim()}`;
  return fail(
    `needs Node 24.12 or newer: this one is ${process.version} and ${node} ${reason}. Install Node 24`,
  );
}

function isNewEnough(version) {
  const [major, minor] = version.replace('v', '').split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 12);
}

async function nodeOfHomebrew(yes) {
  const places = ['/opt/homebrew', '/usr/local'].map((at) => `${at}/opt/node@24/bin/node`);
  if (!places.some(existsSync) && onPath('brew')) {
    say(`Node here is ${process.version}; Consort needs 24.12, which runs TypeScript as it is`);
    await executeIfAgreed('brew install node@24', yes);
  }
  return places.find(existsSync) ?? places[0];
}

function missing(needs) {
  return peers.filter((peer) => needs.includes(peer.name) && !peer.isThere());
}

function asJson(lacking) {
  return JSON.stringify(Object.fromEntries(lacking.map((peer) => [peer.name, instruction(peer)])));
}

function instruction({ apt, brew = '', byHand = 'there is no package for this system' }) {
  if (onPath('apt-get')) return `as root: apt-get install -y ${apt}`;
  return brew && onPath('brew') ? `brew install ${brew}` : byHand;
}

/** Gets what can be got and returns what is still missing. */
async function installPeers(needs, yes) {
  const wanted = missing(needs);
  if (wanted.length === 0) return [];
  for (const { name, why } of wanted) say(`${name} is not on this machine (${why})`);
  const formulas = wanted.flatMap(({ brew }) => brew ?? []);
  if (onPath('apt-get')) await installWithApt(wanted.map(({ apt }) => apt).sort(), yes);
  else if (onPath('brew') && formulas.length > 0)
    await executeIfAgreed(`brew install ${formulas.join(' ')}`, yes);
  return missing(needs);
}

async function installWithApt(packages, yes) {
  if (!isRoot && !onPath('sudo')) return;
  const isOurs = packages.map((name) => !isInstalled(name));
  const update = asRoot('apt-get update');
  // A machine that has just been started is often installing updates of its own: wait for it.
  const options = '-o DPkg::Lock::Timeout=300 install -y --no-install-recommends';
  const quietly = 'env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1';
  const install = asRoot(`${quietly} apt-get ${options} ${packages.join(' ')}`);
  const isFresh = readdirSync('/var/lib/apt/lists').some((file) => file.includes('_Packages'));
  const isDone = await executeIfAgreed(isFresh ? install : `${update} && ${install}`, yes);
  // Old lists name versions that the mirror no longer has.
  if (isDone === false && isFresh) await executeIfAgreed(`${update} && ${install}`, yes);
  stopServices(packages.filter((name, index) => isOurs[index] && isInstalled(name)));
}

function asRoot(command) {
  return isRoot ? command : `sudo ${command}`;
}

function isInstalled(name) {
  const query = spawnSync('dpkg-query', ['-W', '-f', '${Status}', name], { encoding: 'utf8' });
  return query.stdout?.endsWith(' installed') ?? false;
}

/** Debian starts what it installs, on default ports. Only what these packages have just brought is stopped. */
function stopServices(packages) {
  if (packages.length === 0) return;
  const service = /^(?:\/etc\/init\.d|(?:\/usr)?\/lib\/systemd\/system)\/([^@/]+?)(?:\.service)?$/;
  const { stdout } = spawnSync('dpkg', ['-L', ...packages], { encoding: 'utf8' });
  for (const name of new Set(stdout.split('\n').flatMap((file) => service.exec(file)?.[1] ?? []))) {
    say(`stopping and disabling the service ${name}, which its package has just brought`);
    if (existsSync('/run/systemd/system')) execute(asRoot(`systemctl disable --now ${name}`));
    else execute(`${asRoot(`service ${name} stop`)}; ${asRoot(`update-rc.d ${name} disable`)}`);
  }
}

/** Prints a command and runs it if that is agreed to. False: it failed; undefined: it was not agreed to. */
async function executeIfAgreed(command, yes) {
  const isAgreed = isRoot || process.env.CI === 'true' || yes;
  if (!isAgreed && !(await isAnsweredYes(command))) return say(`not done: ${command}`);
  say(`installing with: ${command}`);
  return execute(command);
}

async function isAnsweredYes(command) {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`consort: run ${command} ? [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** Says whether a command succeeded. Standard output is for data, so what it prints goes to standard error. */
function execute(command) {
  // Where root has no /usr/sbin on its PATH, service and update-rc.d would not be found.
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
  return spawnSync(command, { cwd: root, env, shell: true, stdio: [0, 2, 2] }).status === 0;
}

function onPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

async function runInForeground(node, words, more) {
  const env = { ...process.env, ...more };
  const child = spawn(node, words, { cwd: root, env, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !isForeground())
        child.kill(/** @type {NodeJS.Signals} */ (signal));
    });
  const [code, signal] = await once(child, 'close');
  process.exitCode = code ?? 128 + osConstants.signals[signal];
}

/** In the foreground Ctrl-C comes from the terminal, which sends it to the child too; npm repeats it to us. */
function isForeground() {
  if (process.platform !== 'linux') return process.stdin.isTTY;
  const afterName = readFileSync('/proc/self/stat', 'utf8').replace(/^.*\) /s, '');
  const [, , group, , , groupOfTerminal] = afterName.split(' ');
  return group === groupOfTerminal;
}

function say(text) {
  console.error(`consort: ${text}`);
}

/** Status 4: something outside is not there; 2: usage. @returns {never} */
function fail(message, status = 4) {
  say(message);
  process.exit(status);
}
