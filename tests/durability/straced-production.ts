import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readStrace, type SystemCall } from './strace.ts';

const main = new URL('../../packages/cli/src/main.ts', import.meta.url).pathname;

/** A production whose system calls are written down. */
export interface StracedProduction {
  /** Stops it, and resolves with the calls in the order in which they ended. */
  stop(): Promise<readonly SystemCall[]>;
}

/**
 * Starts a production under strace; its data and the log of the calls are in `folder`.
 * @param calls names of system calls, with commas
 */
export async function startStraced(
  file: string,
  folder: string,
  calls: string,
  env: NodeJS.ProcessEnv = {},
): Promise<StracedProduction> {
  const log = join(folder, 'strace.log');
  const words = ['-f', '-yy', '-s', '8', '-o', log, '-e', `trace=${calls}`];
  const start = ['start', file, '--data', join(folder, 'data'), '--page', 'off'];
  const child = spawn('strace', [...words, process.execPath, main, ...start], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const closed = once(child, 'close');
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  while (!output.includes(' is running')) await sleep(50);
  return {
    async stop() {
      const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
      process.kill(Number(children.split(' ')[0]), 'SIGTERM');
      await closed;
      return readStrace(log);
    },
  };
}
