import { fork, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, startOrthanc } from '@consort/testing/consort';

/** Something that receives images, in a process of its own. */
export interface Receiver {
  readonly name: string;
  readonly port: number;
  /** The calling AE title it takes; default BENCH. */
  readonly callingAeTitle?: string;
  /** Bytes of memory its processes hold now. */
  memory(): Promise<number>;
  /** Consort only: the worst event-loop lag of the listener's thread since the last call, p99 and maximum in ms. */
  lag?(): Promise<{ readonly p99: number; readonly max: number }>;
  stop(): Promise<void>;
}

const environment = { ...process.env, TCP_NODELAY: '1' };

/** DCMTK's storescp: writes a file, no sync, no queue, no record. */
export async function storescp(): Promise<Receiver> {
  const folder = await mkdtemp(join(tmpdir(), 'consort-bench-storescp-'));
  const port = await freePort();
  const child = spawn('storescp', ['--fork', '-od', folder, String(port)], {
    stdio: 'ignore',
    env: environment,
  });
  await sleep(500);
  return {
    name: 'storescp',
    port,
    memory: () => memoryOf(child),
    async stop() {
      await ended(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Orthanc with its defaults: writes a file and indexes it in SQLite. */
export async function orthanc(): Promise<Receiver> {
  const running = await startOrthanc();
  return {
    name: 'Orthanc',
    port: running.dicomPort,
    memory: async () => 0,
    stop: () => running.stop(),
  };
}

/** The production of the article. */
export async function consort(acknowledge: 'completed' | 'stored'): Promise<Receiver> {
  const folder = await mkdtemp(join(tmpdir(), 'consort-bench-'));
  const port = await freePort();
  const child = fork(new URL('./consort-process.ts', import.meta.url), [], {
    env: {
      ...process.env,
      REDIS_URL: '',
      DICOM_PORT: String(port),
      BENCH_FOLDER: folder,
      ACKNOWLEDGE: acknowledge,
    },
  });
  await reply(child, 'running');
  return {
    name: acknowledge === 'completed' ? 'Consort' : 'Consort, acknowledge: stored',
    port,
    memory: () => memoryOf(child),
    async lag() {
      child.send('lag');
      return reply(child, 'lag');
    },
    async stop() {
      child.send('stop');
      await new Promise((resolve) => child.once('exit', resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function reply<T>(child: ChildProcess, type: string): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onMessage = (message: { type: string } & T) => {
      if (message.type !== type) return;
      child.off('message', onMessage);
      resolve(message);
    };
    child.on('message', onMessage);
    child.once('exit', (code) => reject(new Error(`the production ended with ${code}`)));
  });
}

async function memoryOf(child: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exit;
}
