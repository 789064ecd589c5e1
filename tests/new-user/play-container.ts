import assert from 'node:assert/strict';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@consort/testing/consort';
import { parse } from 'yaml';
import { buildImage } from './build-image.ts';
import type { Terminal } from './terminal.ts';

/**
 * Plays what `docker compose up --build` does with the production in the terminal's folder, without Docker: what the
 * Dockerfile copies and runs, then what the container runs, with the environment and the command of compose.yaml.
 * @param install runs an `npm install` of the Dockerfile in its folder
 */
export async function playContainer(
  terminal: Terminal,
  redisUrl: string,
  install: (command: string, folder: string) => Promise<void>,
): Promise<void> {
  terminal.begin(
    'The container',
    'There is no container engine here. What the Dockerfile copies is copied into a folder that stands for `/`, what it runs\nis run there, and then what the container would run, as compose.yaml says.',
  );
  const context = terminal.folder;
  await terminal.type('openssl rand -base64 18 > page-password.txt');
  const image = await buildImage(context, join(context, '../image'), async (command, folder) => {
    if (command.startsWith('npm install')) return install(command, folder);
    // There is no user `node` here, and nobody else either.
    terminal.folder = folder;
    await terminal.type(command.replace(/ && chown .*/, ''));
  });
  terminal.folder = image.workingDirectory;
  const copied = await terminal.type('ls -A');
  assert.match(copied, /^production\.yaml$/m);
  assert.doesNotMatch(copied, /^(page-password\.txt|received|\.env|\.consort)$/m);

  const page = await freePort();
  const { environment, command } = await productionOf(context);
  const variables = Object.entries({
    ...image.environment,
    ...environment,
    REDIS_URL: redisUrl,
    CONSORT_PAGE_PASSWORD_FILE: join(context, 'page-password.txt'),
  }).map(([name, value]) => `${name}=${value}`);
  const words = [...image.entrypoint, ...command].join(' ').replace('7070', String(page));
  await using container = terminal.open(`env ${variables.join(' ')} ${words}`);
  await container.shows('is running');
  await terminal.type(`curl --silent --show-error http://127.0.0.1:${page}/readyz`);
  const login = `curl --silent --output /dev/null --write-out '%{http_code}' http://127.0.0.1:${page}/api/status`;
  assert.equal(await terminal.type(login), '401');

  terminal.folder = context;
  await rm(join(context, 'received'), { recursive: true });
  assert.match(await terminal.type('npx production send samples'), /3 of 3 files sent/);
  const received = await readdir(join(image.root, 'var/lib/received'), { recursive: true });
  assert.equal(received.filter((name) => name.endsWith('.dcm')).length, 3);
  assert.match(await container.interrupt(), /stopped\n$/);
}

/** The service of compose.yaml that is the production. */
async function productionOf(context: string): Promise<ComposeService> {
  const text = await readFile(join(context, 'compose.yaml'), 'utf8');
  return (parse(text) as { services: { production: ComposeService } }).services.production;
}

interface ComposeService {
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly string[];
}
