import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** strace on a process that runs: it sees, and may change, every system call of all its threads. */
export interface Strace extends AsyncDisposable {
  /** Lets go of the process; resolves when the log is whole. Again changes nothing. */
  detach(): Promise<void>;
}

/**
 * Attaches strace to a process and all its threads, and to those it starts. What is counted is counted from here on,
 * and for each thread by itself.
 * @param words further ones of its command line
 */
export async function attachStrace(
  pid: number,
  log: string,
  ...words: readonly string[]
): Promise<Strace> {
  const child = spawn('strace', ['-f', '-yy', '-s', '8', '-o', log, '-p', String(pid), ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const closed = once(child, 'close');
  while (!/attached/.test(said)) {
    if (child.exitCode !== null) throw new Error(`strace cannot attach to ${pid}: ${said}`);
    await sleep(10);
  }

  async function detach(): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
    await closed;
  }

  return { detach, [Symbol.asyncDispose]: detach };
}
