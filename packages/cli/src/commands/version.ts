import { execFile } from 'node:child_process';
import { arch, release } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { presentSchema, recordedSchema } from '@consort/store';
import type { Command } from 'commander';
import packageFile from '../../package.json' with { type: 'json' };
import { isLocked } from '../data-directory.ts';
import type { Output } from '../json/outputs.ts';
import { locate, type GlobalOptions } from '../location.ts';
import { print, printJson } from '../terminal/print.ts';
import { padEnd } from '../terminal/width.ts';

/** Milliseconds that Redis may take to answer. */
const patience = 1_000;

/** Adds `production version`. */
export function addVersion(program: Command): void {
  program
    .command('version')
    .description('say which versions of Consort, Node, Redis and the record these are')
    .option('--json', 'print JSON')
    .action(async (_options: object, command: Command) => {
      await version(command.optsWithGlobals());
    });
}

async function version(options: GlobalOptions & { readonly json?: true }): Promise<void> {
  const { dataDirectory } = locate(options);
  const [redis, recorded] = [await redisVersion(dataDirectory), recordedSchema(dataDirectory)];
  const found: Output<'version'> = {
    consort: packageFile.version,
    node: process.version,
    ...(redis === undefined ? {} : { redis }),
    schema: { present: presentSchema, ...(recorded === undefined ? {} : { recorded }) },
    platform: { system: process.platform, release: release(), architecture: arch() },
  };
  if (options.json) printJson(found);
  else print(drawVersions(found));
}

/** Of the Redis that is used; else of the program that would be started. Undefined where neither can be told. */
async function redisVersion(dataDirectory: string): Promise<string | undefined> {
  // Imported here: without a production that runs, nobody is asked.
  const { checkRedis, findRedisServer, privateRedisUrl } = await import('@consort/redis');
  try {
    const own = isLocked(dataDirectory) && (await privateRedisUrl(join(dataDirectory, 'redis')));
    const url = process.env['REDIS_URL'] || own || undefined;
    if (url) {
      const { product, version: number } = await checkRedis(url, { wait: patience });
      return `${product} ${number}`;
    }
    const { stdout } = await promisify(execFile)(findRedisServer(), ['--version']);
    const [, number] = /v=(\S+)/.exec(stdout) ?? [];
    return number && `${/valkey/i.test(stdout) ? 'Valkey' : 'Redis'} ${number}`;
  } catch {
    return undefined;
  }
}

function drawVersions({ consort, node, redis, schema, platform }: Output<'version'>): string {
  const { present, recorded } = schema;
  const here =
    recorded === undefined || recorded === present ? '' : `; the one here is ${recorded}`;
  const lines = [
    ['consort', consort],
    ['node', node],
    ['redis', redis ?? 'cannot be told'],
    ['record', `${present}${here}`],
    ['platform', `${platform.system} ${platform.release} ${platform.architecture}`],
  ];
  return lines.map(([name = '', value]) => `${padEnd(name, 8)}  ${value}`).join('\n');
}
