import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Receiver } from './receivers.ts';

/** One figure of the benchmark. */
export interface Measurement {
  readonly receiver: string;
  readonly imagesPerSecond: number;
  readonly megabytesPerSecond: number;
  /** Growth of resident memory while it received, in MB; absent where it is not looked at. */
  readonly memoryGrowth?: number;
  /** The listener thread's event-loop lag, ms. */
  readonly lag?: { readonly p99: number; readonly max: number };
}

/** Sends a folder to a receiver with DCMTK's dcmsend over some associations at the same time. */
export async function measure(
  receiver: Receiver,
  folder: string,
  size: number,
  associations: number,
): Promise<Measurement> {
  const files = (await readdir(folder)).sort().map((name) => join(folder, name));
  const parts = Array.from({ length: associations }, (_, part) =>
    files.filter((_file, index) => index % associations === part),
  );
  const before = await receiver.memory();
  let most = before;
  const watch = setInterval(
    () => void receiver.memory().then((now) => (most = Math.max(most, now))),
    50,
  );
  await receiver.lag?.();
  const start = performance.now();
  await Promise.all(parts.map((part) => dcmsend(receiver, part)));
  const seconds = (performance.now() - start) / 1000;
  clearInterval(watch);
  const lag = await receiver.lag?.();
  return {
    receiver: receiver.name,
    imagesPerSecond: files.length / seconds,
    megabytesPerSecond: size / seconds / 1e6,
    ...(before > 0 ? { memoryGrowth: (most - before) / 1e6 } : {}),
    ...(lag ? { lag: { p99: lag.p99, max: lag.max } } : {}),
  };
}

function dcmsend(
  { port, callingAeTitle = 'BENCH' }: Receiver,
  files: readonly string[],
): Promise<void> {
  const child = spawn(
    'dcmsend',
    ['-aet', callingAeTitle, '-aec', 'IRIS', '127.0.0.1', String(port), ...files],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TCP_NODELAY: '1' },
    },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('exit', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`dcmsend to ${port} ended with ${code}:\n${output.slice(-2000)}`)),
    );
  });
}
