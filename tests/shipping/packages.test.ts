import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort, receivedFiles } from '@consort/testing/consort';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { root } from '../house/root.ts';
import { playNewUser } from '../new-user/play.ts';
import { openTerminal } from '../new-user/terminal.ts';
import { environment, installPackages, packages, packPackages } from './packages.ts';

const run = promisify(execFile);
const image = '/usr/lib/python3/dist-packages/pydicom/data/test_files/CT_small.dcm';

let directory: string;
let app: string;

// Packing and installing take most of the time, so they are done once.
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'consort-packed-'));
  app = await mkdtemp(join(tmpdir(), 'consort-app-'));
  await packPackages(directory);
  await installPackages(app, directory);
  for (const file of ['production.yaml', 'storage-local.ts'])
    await copyFile(root(`productions/pacs-to-file/${file}`), join(app, file));
}, 600_000);

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
  await rm(app, { recursive: true, force: true });
});

describeWith(['redis', 'dcmtk', 'pydicom'], 'the packages as they are published', () => {
  test.each(packages)('%s has what a package has, and nothing else', async (name) => {
    const folder = join(app, 'node_modules/@consort', name);
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
    expect(manifest).toMatchObject({ license: 'Apache-2.0', type: 'module' });
    expect(manifest.private).toBeUndefined();
    // What is not compiled cannot be published by mistake.
    const workspace = await readFile(root(`packages/${name}/package.json`), 'utf8');
    expect((JSON.parse(workspace) as Manifest).private).toBe(true);
    expect(manifest.scripts).toBeUndefined();
    expect(manifest.description.length).toBeGreaterThan(20);
    expect(manifest.keywords).toContain('dicom');
    const targets = Object.values(manifest.exports).flatMap((one) =>
      typeof one === 'string' ? [one] : [one.types, one.default],
    );
    const files = await filesOf(folder);
    expect(targets.filter((path) => !files.includes(path.slice(2)))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'package.json']));
    const top = new Set(files.map((path) => path.split('/')[0]));
    const known = [
      'LICENSE',
      'README.md',
      'bin',
      'dist',
      'node_modules',
      'package.json',
      ...(name === 'cli' ? ['templates'] : []),
    ];
    expect([...top].filter((path) => !known.includes(path ?? ''))).toEqual([]);
    const ours = files.filter((path) => !path.startsWith('templates/'));
    expect(ours.filter((path) => /(?<!\.d)\.ts$|\.(test|fixture)\./.test(path))).toEqual([]);
  });

  test('every file that is loaded by its URL is there, and no compiled file names a source', async () => {
    const found: string[] = [];
    for (const name of packages) {
      const folder = join(app, 'node_modules/@consort', name, 'dist');
      const scripts = (await filesOf(folder)).filter((path) => /(?<!assets\/.*)\.js$/.test(path));
      for (const path of scripts) {
        const text = await readFile(join(folder, path), 'utf8');
        for (const [, url = ''] of text.matchAll(/new URL\('([^']+)', import\.meta\.url\)/g)) {
          found.push(url);
          expect(existsSync(join(folder, dirname(path), url)), `${name} ${path}: ${url}`).toBe(
            true,
          );
        }
        expect(text, `${name} ${path}`).not.toMatch(/\b(from|import\()\s*'\.[^']*\.ts'/);
      }
    }
    expect(found).toEqual(expect.arrayContaining(['./host-thread.js', './sqlite-thread.js']));
  });

  test('an author finds the types of what he imports, and a trace names the line of the source', async () => {
    await writeFile(join(app, 'author.ts'), author);
    const tsc = root('node_modules/.bin/tsc');
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024'];
    const types = ['--types', 'node', '--typeRoots', root('node_modules/@types')];
    const said = await run(process.execPath, [tsc, ...options, ...types, 'author.ts'], { cwd: app })
      .then(({ stdout }) => stdout)
      .catch((error: { stdout: string }) => error.stdout);
    expect(said.trim().split('\n')).toEqual([
      expect.stringMatching(/^author\.ts\(4,7\): error TS2322: Type '\(request: Message/),
    ]);

    const script = `import { storageResponse } from '@consort/dicom';
      try { storageResponse() } catch (error) { console.log(error.stack) }`;
    const words = ['--enable-source-maps', '--input-type=module', '--eval', script];
    const { stdout } = await run(process.execPath, words, { cwd: app });
    expect(stdout).toMatch(/@consort\/dicom\/src\/storage-response\.ts:\d+:\d+/);
  });

  test.runIf(existsSync(packagedNode()))(
    'on an older Node the command runs on the one that is installed beside it',
    async () => {
      await symlink(dirname(dirname(packagedNode())), join(app, `node_modules/${nodePackage}`));
      const older =
        "--import=data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.9.0'})";
      const { stdout } = await run(production(), ['--version'], {
        cwd: app,
        env: { ...environment, PATH: searchPath(), NODE_OPTIONS: older },
      });
      const cli = await readFile(root('packages/cli/package.json'), 'utf8');
      expect(stdout.trim()).toBe((JSON.parse(cli) as { version: string }).version);
    },
  );

  test('a new user comes to a production with code and tests of his own', async () => {
    const home = await mkdtemp(join(tmpdir(), 'consort-new-user-'));
    try {
      await playNewUser(openTerminal(home), {
        create: `${production()} init`,
        // They are installed once for all tests of this file.
        install: () => symlink(join(app, 'node_modules'), join(home, 'my-production/node_modules')),
      });
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  }, 600_000);

  test('the production of the article runs on them, with a process of its user in TypeScript', async () => {
    const [dicom, page] = [String(await freePort()), await freePort()];
    const env = { ...environment, PATH: searchPath(), DICOM_PORT: dicom };
    const verb = async (...words: string[]) =>
      (await run(production(), words, { cwd: app, env })).stdout;
    expect(await verb('check')).toContain('Demo.DICOM is fine: 3 hosts');

    const child = spawn(production(), ['start', '--page', `127.0.0.1:${page}`], { cwd: app, env });
    const ended = new Promise((resolve) => child.once('close', resolve));
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    try {
      while (!output.includes('is running') && child.exitCode === null) await sleep(50);
      expect(output).toContain('./storage-local.ts');
      expect((await fetch(`http://127.0.0.1:${page}/readyz`)).status).toBe(200);
      const html = await (await fetch(`http://127.0.0.1:${page}/`)).text();
      expect(html).toContain('<script type="module"');

      const titles = ['-aet', 'ORTHANC', '-aec', 'IRIS'];
      await run('storescu', [...titles, '127.0.0.1', dicom, image]);
      const { messages } = JSON.parse(await verb('trace', 'last', '--json')) as {
        messages: { header: { status: string } }[];
      };
      expect(messages.map(({ header }) => header.status)).toEqual(Array(4).fill('Completed'));
      expect(await receivedFiles(join(app, 'received'))).toHaveLength(1);
    } finally {
      child.kill('SIGTERM');
      expect(await ended, output).toBe(0);
    }
  });
});

const author = `import { defineProcess } from '@consort/core';
import { storageResponse } from '@consort/dicom';
import { startTestProduction } from '@consort/testing/consort';
const wrong: number = storageResponse;
export { defineProcess, startTestProduction, wrong };
`;

interface Manifest {
  readonly private?: boolean;
  readonly scripts?: unknown;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly exports: Readonly<Record<string, string | { types: string; default: string }>>;
}

const nodePackage = `node-linux-${process.arch}`;

function packagedNode(): string {
  return root(`node_modules/${nodePackage}/bin/node`);
}

/** The command as npm has installed it. */
function production(): string {
  return join(app, 'node_modules/.bin/production');
}

/** The Node of this test is the first that a `#!/usr/bin/env node` finds. */
function searchPath(): string {
  return `${dirname(process.execPath)}:${process.env['PATH']}`;
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((name) => !name.startsWith('node_modules/'));
}
