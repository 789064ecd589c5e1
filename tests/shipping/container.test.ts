import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { root } from '../house/root.ts';

// There is no container engine where these tests run: what can be known of an image without one is looked at here, and
// tests/shipping/packages.test.ts runs what is installed in it.

const file = 'deploy/container/Dockerfile';
const steps = stepsOf(await readFile(root(file), 'utf8'));
const run = promisify(execFile);

test('is built on one pinned image of Node, and runs as a user who is not root', () => {
  const bases = steps.filter(({ verb }) => verb === 'FROM').map(({ words }) => words.split(' ')[0]);
  expect(new Set(bases).size).toBe(1);
  expect(bases[0]).toMatch(/^node:24\.\d+\.\d+-bookworm-slim$/);
  const users = steps.filter(({ verb }) => verb === 'USER');
  expect(users.map(({ words }) => words)).toEqual(['1000:1000']);
  const afterUser = steps.slice(steps.indexOf(users[0]!)).map(({ verb }) => verb);
  expect(afterUser).not.toContain('RUN');
});

test('copies and runs only what is there, and what .dockerignore lets through', async () => {
  const ignored = (await readFile(root('.dockerignore'), 'utf8')).split('\n');
  const copied = steps
    .filter(({ verb, words }) => verb === 'COPY' && !words.startsWith('--from='))
    .flatMap(({ words }) => words.split(' ').slice(0, -1));
  expect(copied).toContain('package-lock.json');
  for (const path of copied) {
    expect(existsSync(root(path)), path).toBe(true);
    expect(ignored, path).not.toContain(path.split('/')[0]);
  }
  const scripts = steps
    .filter(({ verb }) => verb === 'RUN')
    .flatMap(({ words }) => words.match(/(?<=node )scripts\/\S+/g) ?? []);
  expect(scripts).toEqual(['scripts/release/pack.mjs', 'scripts/release/app.mjs']);
  expect(scripts.filter((path) => !existsSync(root(path)))).toEqual([]);
});

test('has every file that packing reads', () => {
  const copied = steps.filter(({ verb }) => verb === 'COPY').map(({ words }) => words);
  for (const path of ['LICENSE', 'tsconfig.base.json', 'turbo.json', 'scripts', 'packages'])
    expect(
      copied.some((words) => words.split(' ').includes(path)),
      path,
    ).toBe(true);
});

test('starts the command that the packages bring, under an init', async () => {
  const bins = JSON.parse(await readFile(root('packages/cli/package.json'), 'utf8')) as {
    bin: Record<string, string>;
  };
  const [init, , command = ''] = JSON.parse(wordsOf('ENTRYPOINT')) as string[];
  expect(init).toBe('tini');
  expect(Object.keys(bins.bin)).toContain(command);
  expect(wordsOf('ENV')).toContain('PATH=/opt/consort/node_modules/.bin:$PATH');
  expect(JSON.parse(wordsOf('CMD'))).toEqual(['start']);
  const installed = steps.filter(({ verb }) => verb === 'RUN').map(({ words }) => words);
  expect(installed.join(' ')).toMatch(/--no-install-recommends redis-server tini/);
});

test('its health check says what /readyz says', async () => {
  const [, words = ''] = /CMD (\[.*\])$/.exec(wordsOf('HEALTHCHECK')) ?? [];
  const [program, ...args] = JSON.parse(words) as string[];
  expect(program).toBe('node');
  let status = 200;
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const check = () =>
    run(
      process.execPath,
      args.map((word) => word.replace('7070', String(port))),
    ).then(
      () => 0,
      (error: { code: number }) => error.code,
    );
  expect(await check()).toBe(0);
  status = 503;
  expect(await check()).toBe(1);
  expect(asked).toEqual(['/readyz', '/readyz']);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(await check()).toBe(1);
});

test('compose builds it, writes to volumes only, and gives it no capability', async () => {
  const compose = parse(await readFile(root('docker-compose.yml'), 'utf8')) as {
    services: { production: Record<string, unknown> };
  };
  expect(compose.services.production).toMatchObject({
    build: { context: '.', dockerfile: file },
    read_only: true,
    tmpfs: ['/tmp'],
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    command: ['start', '--page', '0.0.0.0:7070'],
  });
});

interface Step {
  readonly verb: string;
  readonly words: string;
}

/** The instructions of a Dockerfile, each in one line; comments are left out. */
function stepsOf(text: string): readonly Step[] {
  const lines = text.split('\n').filter((line) => !line.startsWith('#') && line.trim() !== '');
  const whole = lines.join('\n').replaceAll(/ *\\\n\s*/g, ' ');
  return whole.split('\n').map((line) => {
    const [, verb = '', words = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    return { verb, words };
  });
}

function wordsOf(verb: string): string {
  return steps.findLast((step) => step.verb === verb)?.words ?? '';
}
