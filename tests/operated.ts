import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  freePort,
  sampleStudy,
  sendFiles,
  spawnProduction,
  startProductionProcess,
} from '@consort/testing/consort';
import { afterEach, beforeEach, expect } from 'vitest';

// A production that a test operates as a person does, with the verbs of the command line. Each test has its own.
const storage = new URL('../productions/pacs-to-file/storage-local.ts', import.meta.url).pathname;

export let folder: string;
export let port: number;
export let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consort-operators-'));
  port = await freePort();
  file = join(folder, 'production.yaml');
  await mkdir(join(folder, 'received'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The files of the document store. */
export async function documents(): Promise<readonly string[]> {
  const entries = await readdir(join(folder, 'data', 'documents'), {
    recursive: true,
    withFileTypes: true,
  });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** The files that its operation has finished. */
export async function received(): Promise<readonly string[]> {
  return (await readdir(join(folder, 'received'))).filter((name) => !name.startsWith('.'));
}

/** Writes its file; `operation` are further keys of its file operation, `more` is the end of the file. */
export async function production({
  operation = '',
  own = '',
  more = '',
}: {
  readonly operation?: string;
  readonly own?: string;
  readonly more?: string;
} = {}): Promise<void> {
  await writeFile(
    join(folder, 'storage.ts'),
    `export { default } from ${JSON.stringify(storage)};\n`,
  );
  await writeFile(
    file,
    `name: Operated
${own}
services:
  Door: { component: dicom.tcp-service, settings: { port: ${port}, localAet: IRIS, remoteAet: ORTHANC, acknowledge: stored, target: Storage } }
processes:
  Storage: { component: ./storage.ts, poolSize: 9, settings: { fileOperation: File } }
operations:
  File: { component: dicom.file-operation, ${operation}retry: { interval: 250ms, timeout: -1 }, settings: { directory: ./received } }
${more}`,
  );
}

export function start(env: NodeJS.ProcessEnv = {}) {
  return startProductionProcess(file, { data: join(folder, 'data'), env });
}

/** Sends a file of the sample study. */
export async function send(n = 0): Promise<void> {
  const [answer] = await sendFiles({ port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' }, [
    sampleStudy()[n]!,
  ]);
  expect(answer?.status).toBe(0);
}

/** Runs a verb of `production` on it. */
export async function verb(...words: readonly string[]) {
  const ran = spawnProduction([...words, '-p', file, '--data', join(folder, 'data')]);
  const code = await ran.ended;
  return { code, output: ran.output() };
}

export async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(50);
}
