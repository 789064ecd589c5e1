// Brings a fresh machine to where Consort runs, then runs it. Needs nothing but Node 18 and npm.
//   node scripts/bootstrap.mjs start|test|faults|fuzz|bench [--yes] [--] [arguments for what it runs]
//   node scripts/bootstrap.mjs peers     prints as JSON which programs the tests would miss
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { constants as osConstants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { executeIfAgreed, fail, onPath, root, say } from './commands.mjs';
import { buildApp, completePackages, installPackages } from './packages.mjs';
import { asJson, installPeers, instruction, missing } from './peers.mjs';

/** What each verb runs, and the programs it needs besides Node. */
const forTests = [
  'redis',
  'dcmtk',
  'orthanc',
  'pydicom',
  'strace',
  'ctn',
  'chromium',
  'prometheus',
  'zsh',
  'fish',
];
const verbs = {
  start: {
    needs: process.env.REDIS_URL ? [] : ['redis'],
    program: ['packages/cli/src/main.ts', 'start', 'productions/pacs-to-file/production.yaml'],
    hasPages: true,
  },
  test: { needs: forTests, program: ['scripts/test.mjs'], hasPages: true },
  faults: { needs: forTests, program: ['tests/faults/main.ts'] },
  fuzz: { needs: [], program: ['tests/fuzz/main.ts'] },
  bench: { needs: ['redis', 'dcmtk', 'orthanc'], program: ['bench/main.ts'] },
};

await main(process.argv.slice(2));

async function main([verb = '', ...rest]) {
  if (verb === 'peers') return console.log(asJson(missing(verbs.test.needs)));
  if (!Object.hasOwn(verbs, verb))
    fail('usage: bootstrap.mjs start|test|faults|fuzz|bench [--yes]', 2);
  const { needs, program, hasPages = false } = verbs[verb];
  const { yes, extra } = parse(rest);
  installPackages();
  const node = await findNode(yes);
  completePackages(node);
  const lacking = await installPeers(needs, yes);
  const list = lacking.map((peer) => `${peer.name} (${instruction(peer)})`).join(', ');
  if (list && !['test', 'faults'].includes(verb)) fail(`cannot ${verb} without ${list}`);
  if (list) say(`the tests go on without ${list}`);
  if (hasPages) buildApp(node);
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
