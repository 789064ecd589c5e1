import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openMessageReader } from '@consort/store';
import { startOrthanc, startProductionProcess } from '@consort/testing/consort';
import type { Receiver } from './receivers.ts';
import { processorOf } from './processor-of.ts';

/** One figure of a sender: the same files to a storescp, over one association. */
export interface SendingMeasurement {
  readonly sender: string;
  readonly imagesPerSecond: number;
  readonly megabytesPerSecond: number;
  /** Processor time of the sender for an image, ms; absent where it is not looked at. */
  readonly processorPerImage?: number;
}

/** Something that sends a folder to a receiver and resolves once it has heard the last answer. */
export interface Sender {
  readonly name: string;
  send(folder: string, receiver: Receiver): Promise<{ seconds: number; processor?: number }>;
}

const environment = { ...process.env, TCP_NODELAY: '1' };

/** DCMTK's storescu and dcmsend. */
export const dcmtkSenders: readonly Sender[] = ['storescu', 'dcmsend'].map((name) => ({
  name,
  async send(folder, { port }) {
    const words = ['-aet', 'BENCH', '-aec', 'ANY', '127.0.0.1', String(port), '+sd', folder];
    const begun = performance.now();
    const child = spawn(name, words, { stdio: 'ignore', env: environment });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    let processor = 0;
    // A process that has ended tells nothing any more: the last 20 ms may be missing.
    const watch = setInterval(
      () => void processorOf(child.pid ?? 0).then((now) => (processor = Math.max(processor, now))),
      20,
    );
    const code = await ended;
    clearInterval(watch);
    if (code !== 0) throw new Error(`${name} ended with ${code}`);
    return { seconds: (performance.now() - begun) / 1000, processor };
  },
}));

/** Orthanc, which has the study in its store: a job of its own, over one association. */
export const orthancSender: Sender = {
  name: 'Orthanc',
  async send(folder, { port }) {
    const orthanc = await startOrthanc({ target: { aeTitle: 'ANY', port } });
    const instances: string[] = [];
    for (const name of (await readdir(folder)).toSorted()) {
      instances.push(await orthanc.upload(await readFile(join(folder, name))));
    }
    const begun = performance.now();
    const { State } = await orthanc.store('target', instances);
    const seconds = (performance.now() - begun) / 1000;
    await orthanc.stop();
    if (State !== 'Success') throw new Error(`Orthanc's job is ${State}`);
    return { seconds };
  },
};

/** A production: a folder, and the operation that sends what comes into it. From the first file in it to the last answer. */
export const consortSender: Sender = {
  name: 'Consort, a folder',
  async send(images, { port }) {
    const folder = await mkdtemp(join(tmpdir(), 'consort-bench-sending-'));
    const file = join(folder, 'production.yaml');
    await mkdir(join(folder, 'in'));
    await cp(images, join(folder, 'ready'), { recursive: true });
    await writeFile(
      file,
      `name: Bench
services:
  Folder:
    component: dicom.file-service
    settings: { filePath: ./in, confirmComplete: none, callInterval: 50ms, archivePath: ./done, target: PACS }
operations:
  PACS:
    component: dicom.tcp-operation
    settings: { host: 127.0.0.1, port: ${port}, localAet: BENCH, remoteAet: ANY }
`,
    );
    const production = await startProductionProcess(file, { data: join(folder, 'data') });
    const names = (await readdir(join(folder, 'ready'))).toSorted();
    const before = await processorOf(production.pid);
    const begun = performance.now();
    for (const name of names) await rename(join(folder, 'ready', name), join(folder, 'in', name));
    const archived = async () => (await readdir(join(folder, 'done'))).length;
    while ((await archived()) < names.length) await sleep(20);
    // All are in the record now; what is left is on its way to the peer.
    const reader = await openMessageReader(join(folder, 'data'));
    const left = async () =>
      (await reader.queues()).reduce((sum, { queued, delivered }) => sum + queued + delivered, 0);
    while ((await left()) > 0) await sleep(20);
    const seconds = (performance.now() - begun) / 1000;
    const processor = (await processorOf(production.pid)) - before;
    await reader.close();
    await production.stop();
    await rm(folder, { recursive: true });
    return { seconds, processor };
  },
};

/** Sends a folder with one sender. @param size bytes of the folder */
export async function measureSender(
  sender: Sender,
  receiver: Receiver,
  folder: string,
  size: number,
): Promise<SendingMeasurement> {
  const count = (await readdir(folder)).length;
  const { seconds, processor } = await sender.send(folder, receiver);
  return {
    sender: sender.name,
    imagesPerSecond: count / seconds,
    megabytesPerSecond: size / seconds / 1e6,
    ...(processor === undefined ? {} : { processorPerImage: processor / count }),
  };
}
