import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { root } from './root.ts';

// The bootstrap runs in a small repository of its own, with programs that write down how they were called in place of
// the system's: no test may install anything on the machine it runs on.

const production = 'productions/pacs-to-file/production.yaml';
const olderNode =
  "--import=data:text/javascript,Object.defineProperty(process,'version',{value:'v20.9.0'})";
const someoneElse = '--import=data:text/javascript,process.getuid=()=>1000';
const usesApt = existsSync('/var/lib/apt/lists');

let repository: string;
let running: ChildProcess | undefined;

beforeEach(async () => {
  repository = await mkdtemp(join(tmpdir(), 'consort-bootstrap-'));
  for (const folder of ['scripts', 'bin', 'packages/core', 'packages/cli/src'])
    await mkdir(join(repository, folder), { recursive: true });
  for (const file of ['bootstrap', 'commands', 'packages', 'peers'])
    await copyFile(root(`scripts/${file}.mjs`), join(repository, `scripts/${file}.mjs`));
  for (const file of ['package.json', 'package-lock.json', 'packages/core/package.json', '.npmrc'])
    await writeFile(join(repository, file), '{}');
  await writeFile(join(repository, 'packages/cli/src/main.ts'), report);
  await writeFile(join(repository, 'scripts/test.mjs'), report);
  await program('npm', install);
});

afterEach(async () => {
  running?.kill('SIGKILL');
  await rm(repository, { recursive: true, force: true });
});

test('installs once, builds the app, starts the production with the arguments given, and the second time installs nothing', async () => {
  await program('redis-server');
  const first = await bootstrap(['start', '--', '--page', 'off']);
  expect(first.text).toContain('consort: installing the packages of package-lock.json');
  expect(first.report.argv).toEqual(['start', production, '--page', 'off']);
  expect(first.report.path.split(':')[0]).toBe(dirname(process.execPath));
  const second = await bootstrap(['start']);
  expect(second.text).toBe('');
  const build = 'turbo run build --filter=@consort/dashboard --output-logs=errors-only';
  expect(await calls()).toEqual([
    'npm install --no-save --include=dev --include=optional --loglevel=error',
    build,
    build, // turbo itself knows that nothing has changed
  ]);
});

test.runIf(process.platform === 'linux')(
  'what npm left out on an older Node it is asked for once more, on the Node that everything runs with',
  async () => {
    await program('redis-server');
    const only = { optional: true, os: ['linux'], cpu: [process.arch] };
    const packages = {
      'node_modules/binding': { ...only, engines: { node: '>=22' } },
      'node_modules/binding-musl': { ...only, libc: ['musl'] },
      'node_modules/binding-darwin': { ...only, os: ['darwin'] },
    };
    await writeFile(join(repository, 'package-lock.json'), JSON.stringify({ packages }));
    const node = `'node_modules/node-linux-' + process.arch + '/bin'`;
    await program(
      'npm',
      `${install} fs.mkdirSync(${node}, { recursive: true });
if (!fs.existsSync(${node} + '/node')) fs.symlinkSync(process.execPath, ${node} + '/node');
fs.appendFileSync('calls', 'first on the PATH: ' + process.env.PATH.split(':')[0] + '\\n');`,
    );
    const older = { NODE_OPTIONS: olderNode };
    const { report: seen, text } = await bootstrap(['start'], older);
    expect(text).toContain('consort: installing what this Node was too old for: binding\n');
    expect(seen.path.split(':')[0]).toMatch(/node-linux-\w+\/bin$/);
    const installs = (await calls()).filter((call) => !call.startsWith('turbo'));
    expect(installs).toHaveLength(4);
    const brought = join(repository, 'node_modules/node-linux-');
    expect(installs[1]).not.toContain(brought);
    expect(installs[3]).toContain(brought);
    await bootstrap(['start'], older);
    expect((await calls()).filter((call) => call.startsWith('npm'))).toHaveLength(2);
  },
);

test('an app that cannot be built is said, and keeps nobody from starting', async () => {
  await program('redis-server');
  await program(
    'npm',
    `${install} fs.writeFileSync('node_modules/.bin/turbo', 'process.exit(1)');`,
  );
  const { report: seen, text } = await bootstrap(['start']);
  expect(seen.argv).toEqual(['start', production]);
  expect(text).toContain('consort: the pages could not be built; everything else goes on');
});

test('puts back a lock file that npm changed, and says so', async () => {
  await program('npm', `${install} fs.writeFileSync('package-lock.json', '{ "changed": true }');`);
  const { code, text } = await bootstrap(['start']);
  expect(code).toBe(4);
  expect(text).toContain('npm install changed package-lock.json');
  expect(await readFile(join(repository, 'package-lock.json'), 'utf8')).toBe('{}');
});

test.runIf(usesApt)(
  'says what it installs and why, and stops the service that came with it',
  async () => {
    await withApt();
    const { report: seen, text } = await bootstrap(['start'], { CI: 'true' });
    expect(seen.argv).toEqual(['start', production]);
    expect(text).toContain('consort: redis is not on this machine (the queues live in Redis)');
    expect(text).toMatch(/consort: installing with: .*apt-get .*install -y .*redis-server\n/);
    expect(text).toContain('consort: stopping and disabling the service redis-server');
    const stops = (await calls()).filter((call) => /^(service|systemctl|update-rc\.d)/.test(call));
    expect(stops).toEqual(
      existsSync('/run/systemd/system')
        ? ['systemctl disable --now redis-server']
        : ['service redis-server stop', 'update-rc.d redis-server disable'],
    );
  },
);

test.runIf(usesApt)('leaves a service alone whose package was there before', async () => {
  await withApt();
  await program('dpkg-query', `process.stdout.write('install ok installed')`);
  await bootstrap(['start'], { CI: 'true' });
  expect((await calls()).filter((call) => /^(service|systemctl|update-rc\.d)/.test(call))).toEqual(
    [],
  );
});

test.runIf(usesApt)(
  'without a yes it prints the command, installs nothing and ends with 4',
  async () => {
    await withApt();
    const { code, text } = await bootstrap(['start'], { NODE_OPTIONS: someoneElse });
    expect(code).toBe(4);
    expect(text).toMatch(/consort: not done: sudo .*apt-get .*install -y .*redis-server\n/);
    expect(text).toContain('consort: cannot start without redis (as root: apt-get install -y');
    expect((await calls()).filter((call) => !call.startsWith('npm'))).toEqual([]);
  },
);

test.runIf(usesApt)('with --yes, or with npm start --yes, it installs through sudo', async () => {
  for (const [argv, env] of [
    [['start', '--yes'], {}],
    [['start'], { npm_config_yes: 'true' }],
  ] as const) {
    await withApt();
    const { report: seen } = await bootstrap(argv, { NODE_OPTIONS: someoneElse, ...env });
    expect(seen.argv).toEqual(['start', production]);
    expect((await calls()).filter((call) => call.startsWith('sudo'))).not.toEqual([]);
    await rm(join(repository, 'bin/redis-server'));
  }
});

test('looks for no Redis where REDIS_URL names one', async () => {
  const { report: seen } = await bootstrap(['start'], { REDIS_URL: 'redis://redis:6379' });
  expect(seen.argv).toEqual(['start', production]);
});

test('tells the tests which programs they will miss, and passes a filter on', async () => {
  const { report: seen, text } = await bootstrap(['test', 'packages/core'], {
    NODE_OPTIONS: someoneElse,
  });
  expect(seen.argv).toEqual(['packages/core']);
  expect(JSON.parse(seen.missing)).toMatchObject({ dcmtk: 'install DCMTK, https://dcmtk.org' });
  expect(text).toContain('consort: the tests go on without redis (');
});

test('ends as the production ends, and passes a signal on', async () => {
  await program('redis-server');
  await writeFile(join(repository, 'packages/cli/src/main.ts'), countsSignals);
  const ended = bootstrap(['start']);
  await printed('ready');
  running?.kill('SIGINT');
  const { code, output } = await ended;
  expect(output).toContain('signals: 1');
  expect(code).toBe(7);
});

test.runIf(existsSync('/usr/bin/script'))(
  'at a terminal one Ctrl-C reaches the production once',
  async () => {
    await program('redis-server');
    await writeFile(join(repository, 'packages/cli/src/main.ts'), countsSignals);
    const line = `exec ${process.execPath} scripts/bootstrap.mjs start`;
    const ended = run('/usr/bin/script', ['-qfec', line, '/dev/null'], {});
    await printed('ready');
    running?.stdin?.write('\u0003');
    const { code, output } = await ended;
    expect(output).toContain('signals: 1');
    expect(code).toBe(7);
  },
);

const report = `console.log(JSON.stringify({
  argv: process.argv.slice(2), path: process.env.PATH, missing: process.env.CONSORT_MISSING_PEERS }));`;

/** Counts for half a second after the first signal: a second one would come at once. */
const countsSignals = `let signals = 0;
process.on('SIGINT', () => { if (signals++ === 0) setTimeout(() => { console.log('signals: ' + signals); process.exit(7); }, 500); });
setInterval(() => {}, 1000);
console.log('ready');`;

/** Builds the app. */
const turbo = `const fs = require('node:fs');
fs.appendFileSync('calls', 'turbo ' + process.argv.slice(2).join(' ') + '\\n');
fs.mkdirSync('packages/dashboard/dist/web', { recursive: true });
fs.writeFileSync('packages/dashboard/dist/web/index.html', '');`;

/** What npm install leaves behind. */
const install = `for (const name of ['@consort/core', 'node-linux-' + process.arch]) {
  fs.mkdirSync('node_modules/' + name, { recursive: true });
  fs.writeFileSync('node_modules/' + name + '/package.json', '{}');
}
fs.mkdirSync('node_modules/.bin', { recursive: true });
fs.writeFileSync('node_modules/.bin/turbo', ${JSON.stringify(turbo)});`;

/** Puts a program on the PATH that writes down how it was called. */
async function program(name: string, body = ''): Promise<void> {
  const file = join(repository, 'bin', name);
  const call = `fs.appendFileSync(${JSON.stringify(join(repository, 'calls'))}, ${JSON.stringify(name)} + ' ' + process.argv.slice(2).join(' ') + '\\n');`;
  const text = `#!${process.execPath}\nconst fs = require('node:fs');\n`;
  const isCounted = !name.startsWith('dpkg');
  await writeFile(file, `${text}${isCounted ? call : ''}\n${body}\n`);
  await chmod(file, 0o755);
}

/** A Debian without Redis: apt-get brings redis-server and a service. */
async function withApt(): Promise<void> {
  const server = JSON.stringify(join(repository, 'bin/redis-server'));
  await program(
    'apt-get',
    `if (process.argv.includes('install')) fs.writeFileSync(${server}, '', { mode: 0o755 });`,
  );
  await program(
    'dpkg-query',
    `process.stdout.write(fs.existsSync(${server}) ? 'install ok installed' : 'unknown ok not-installed')`,
  );
  await program(
    'dpkg',
    `console.log('/.\\n/etc/init.d\\n/etc/init.d/redis-server\\n/lib/systemd/system/redis-server.service\\n/lib/systemd/system/redis-server@.service\\n/usr/share/doc')`,
  );
  const runs = `const [, , ...words] = process.argv; while (/=/.test(words[0])) words.shift();
process.exitCode = require('node:child_process').spawnSync(words[0], words.slice(1), { stdio: 'inherit' }).status;`;
  await program('sudo', runs);
  await program('env', runs);
  for (const name of ['service', 'update-rc.d', 'systemctl']) await program(name);
}

async function calls(): Promise<readonly string[]> {
  const text = await readFile(join(repository, 'calls'), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}

interface Ending {
  readonly code: number | null;
  /** Standard error: what the bootstrap says. */
  readonly text: string;
  /** Standard output. */
  readonly output: string;
  readonly report: {
    readonly argv: readonly string[];
    readonly path: string;
    readonly missing: string;
  };
}

function bootstrap(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return run(process.execPath, ['scripts/bootstrap.mjs', ...argv], env);
}

/** Runs a program in the small repository, with nothing on its PATH but the programs of this test. */
async function run(
  file: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ending> {
  const mark = process.env['CONSORT_TEST_FILE'] ?? '';
  const child = spawn(file, argv, {
    cwd: repository,
    env: { PATH: join(repository, 'bin'), SHELL: '/bin/sh', CONSORT_TEST_FILE: mark, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running = child;
  const streams = { text: '', output: '' };
  child.stderr.on('data', (chunk: Buffer) => (streams.text += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => (streams.output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const line = streams.output.split('\n').find((one) => one.startsWith('{')) ?? '{}';
  return { code, ...streams, report: JSON.parse(line) as Ending['report'] };
}

/** Resolves when the program that runs has printed a word. */
async function printed(word: string): Promise<void> {
  await new Promise<void>((resolve) =>
    running?.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.includes(word)) resolve();
    }),
  );
}
