import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Event } from '@consort/core';
import { startPrivateRedis, type PrivateRedis } from '@consort/redis';
import { openMessageStore, type OpenMessageStore } from '@consort/store';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { describeWith } from '../../../../tests/house/peers.ts';
import { loadVersion } from '../load-version.ts';
import { keepThreads, type Threads, type Version } from './keep-threads.ts';

const core = import.meta.resolve('@consort/core');
const zod = import.meta.resolve('zod');

// Every thread loads the engine anew.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let directory: string;
let redis: PrivateRedis;
let messages: OpenMessageStore;
let events: Event[];
let threads: Threads;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'consort-threads-'));
  redis = await startPrivateRedis({
    directory: join(directory, 'redis'),
    socketPath: join(directory, 'r.sock'),
  });
  messages = await openMessageStore(directory);
  events = [];
  for (const kind of ['service', 'operation']) {
    await writeFile(
      join(directory, `${kind}.ts`),
      `export { ${kind} as default } from './saying.ts';\n`,
    );
  }
  await writeFile(join(directory, 'saying.ts'), saying);
});

afterEach(async () => {
  await threads.stop(0);
  await messages.close();
  await redis.stop();
  await rm(directory, { recursive: true });
});

describeWith(['redis'], 'the threads of a production', () => {
  it('stop the thread that an update is starting, and the update says so', async () => {
    threads = await keep(await version('A'));
    const update = threads.update(await version('A', 'Slow'));
    const refused = expect(update).rejects.toMatchObject({ code: 'STOPPING' });
    await said('Slow starts');
    const stopped = threads.stop(1_000);
    await said('A ends');
    await letSlowGo();
    await stopped;
    await refused;
    expect(texts()).toEqual(['A starts', 'Slow starts', 'A ends', 'Slow ends']);
    await expect(threads.update(await version('B'))).rejects.toMatchObject({ code: 'STOPPING' });
  });

  it('stop a thread that is being started again', async () => {
    threads = await keep(await slowThatRuns());
    await endSlow();
    const stopped = threads.stop(1_000);
    await letSlowGo();
    await stopped;
    expect(texts()).toEqual(['Slow starts', 'Slow starts', 'Slow ends']);
  });

  it('bring an update to a thread that is being started again with the version before', async () => {
    threads = await keep(await slowThatRuns('operations'));
    await endSlow();
    const updated = threads.update(await version('operations', 'Slow', 'Another'));
    await letSlowGo();
    await updated;
    expect(texts()).toEqual(['Slow starts', 'Slow starts', 'Another starts']);
    expect(threads.hostNames()).toEqual([['Slow', 'Another']]);
  });

  it('end the one of processes and operations when the file has none left', async () => {
    threads = await keep(await version('operations', 'Out', 'Other'));
    await threads.update(await version('A'));
    expect(texts()).toEqual(['Out starts', 'Other starts', 'Other ends', 'Out ends', 'A starts']);
    expect(threads.hostNames()).toEqual([['A']]);
  });
});

/** A file of hosts with these names, services unless the first says `operations`. */
async function version(...names: readonly string[]): Promise<Version> {
  const [first, ...rest] = names;
  const hosts = first === 'operations' ? rest : names;
  const kind = first === 'operations' ? 'operation' : 'service';
  const lines = hosts.map((name) => `  ${name}: { component: ./${kind}.ts }`);
  const file = join(directory, 'production.yaml');
  await writeFile(file, `name: Kept\n${kind}s:\n${lines.join('\n')}\n`);
  return loadVersion(file, process.env, 'nothing was started');
}

function keep(first: Version): Promise<Threads> {
  const shared = {
    productionId: 'kept',
    dataDirectory: directory,
    redisUrl: redis.url,
    prefix: 'consort-kept',
  };
  const reports = { event: (event: Event) => void events.push(event), pulse: () => undefined };
  return keepThreads(first, messages, shared, reports);
}

/** One with the host `Slow`, which starts at once this time. */
async function slowThatRuns(...kind: readonly string[]): Promise<Version> {
  await letSlowGo();
  return version(...kind, 'Slow');
}

/** The thread of `Slow` ends by itself; resolves while it is being started again. */
async function endSlow(): Promise<void> {
  await writeFile(join(directory, 'end'), '');
  await until(() => texts().filter((text) => text === 'Slow starts').length === 2);
}

/** Lets one start of `Slow` go on. */
async function letSlowGo(): Promise<void> {
  await writeFile(join(directory, 'go'), '');
}

function texts(): readonly string[] {
  return events.filter(({ code }) => code === 'ORDER').map(({ text }) => text);
}

function said(text: string): Promise<void> {
  return until(() => texts().includes(text));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}

const saying = `
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineService, defineOperation } from ${JSON.stringify(core)};
import { z } from ${JSON.stringify(zod)};
const at = (name) => join(import.meta.dirname, name);
const common = {
  description: 'Says when it starts and ends.',
  settings: z.object({}),
  async onInit({ host, log }) {
    const say = (what) => log({ type: 'Info', code: 'ORDER', text: host + ' ' + what });
    say('starts');
    if (host !== 'Slow') return { say };
    while (!existsSync(at('go'))) await sleep(20);
    rmSync(at('go'));
    const looking = setInterval(() => {
      if (!existsSync(at('end'))) return;
      rmSync(at('end'));
      process.exit(1);
    }, 20);
    return { say, looking };
  },
  async onTearDown({ say, looking }) {
    clearInterval(looking);
    say('ends');
  },
};
export const service = defineService(common);
export const operation = defineOperation({ ...common, onMessage() {} });
`;
