import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const writer = fileURLToPath(new URL('./testing-writer.ts', import.meta.url));

/**
 * Runs a process that records and says what has resolved; kills it in the midst of it.
 * @returns the messages that were Completed, at least as many as asked for
 */
export async function killedAfter(least: number, directory: string): Promise<readonly number[]> {
  const child = spawn(process.execPath, [writer, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const resolved: number[] = [];
  // Only whole lines count: the last may have been cut.
  for await (const line of createInterface({ input: child.stdout })) {
    if (/^\d+;$/.test(line)) resolved.push(parseInt(line, 10));
    if (resolved.length === least) child.kill('SIGKILL');
  }
  const [, signal] = (await ended) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  expect(resolved.length).toBeGreaterThanOrEqual(least);
  return resolved;
}
