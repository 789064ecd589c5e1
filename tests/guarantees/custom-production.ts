import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageStore } from '@consort/core';
import { openMessageStore } from '@consort/store';
import {
  spawnProduction,
  startProductionProcess,
  type ProductionProcess,
} from '@consort/testing/consort';

const hosts = new URL('./hosts/', import.meta.url).pathname;

/** A production of the hosts in `hosts/`, in a folder of its own, for processes that are killed. */
export interface CustomProduction extends AsyncDisposable {
  readonly folder: string;
  readonly file: string;
  readonly data: string;
  /** Runs it in a process of its own. @param redisUrl default: a private redis-server */
  start(redisUrl?: string): Promise<ProductionProcess>;
  /** Uses its record while it is down. */
  record<Result>(use: (store: MessageStore) => Promise<Result>): Promise<Result>;
  /** Runs a verb of `production` on it. */
  verb(...words: readonly string[]): Promise<{ readonly code: unknown; readonly output: string }>;
  /** The lines of a file in its folder; none while it is not there. */
  lines(name: string): Promise<readonly string[]>;
  /** Resolves when a file in its folder has so many lines. */
  linesReach(name: string, count: number): Promise<void>;
}

/** Writes a production file and its hosts; `./appending.ts` in it is the component of that name. */
export async function customProduction(yaml: string): Promise<CustomProduction> {
  const folder = await mkdtemp(join(tmpdir(), 'consort-guarantees-'));
  const [file, data] = [join(folder, 'production.yaml'), join(folder, 'data')];
  await writeFile(file, yaml);
  for (const name of await readdir(hosts)) {
    const text = `export { default } from ${JSON.stringify(join(hosts, name))};\n`;
    await writeFile(join(folder, name), text);
  }

  async function lines(name: string): Promise<readonly string[]> {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    return text.split('\n').slice(0, -1);
  }

  return {
    folder,
    file,
    data,
    start: (redisUrl) =>
      startProductionProcess(file, { data, ...(redisUrl ? { env: { REDIS_URL: redisUrl } } : {}) }),
    async record(use) {
      const store = await openMessageStore(data);
      try {
        return await use(store);
      } finally {
        await store.close();
      }
    },
    async verb(...words) {
      const ran = spawnProduction([...words, '-p', file, '--data', data]);
      const code = await ran.ended;
      return { code, output: ran.output() };
    },
    lines,
    async linesReach(name, count) {
      while ((await lines(name)).length < count) await sleep(20);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
