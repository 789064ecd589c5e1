import { readFile } from 'node:fs/promises';
import type { Event } from '@consort/core';
import { runProduction } from '../run-production.ts';

// The process of a production that is drilled: what can be killed. Its parent hears what it logs, and that it runs.

/** What the parent hears. */
export type FromDrilled =
  | { readonly event: Event }
  | { readonly isRunning: true }
  | { readonly failed: { readonly code?: string; readonly text: string } };

const [file = '', changed = '', data = ''] = process.argv.slice(2);
const tell = (what: FromDrilled) => process.connected && process.send?.(what);

try {
  const running = await runProduction(file, {
    data,
    env: { ...process.env, REDIS_URL: undefined },
    bytes: await readFile(changed),
    log: { write: (event) => tell({ event }) },
  });
  let stopping: Promise<void> | undefined;
  const stop = () =>
    (stopping ??= running.stop(5_000).then(
      () => process.exit(0),
      () => process.exit(1),
    ));
  process.on('SIGTERM', () => void stop());
  // The drill has gone, however it went: nothing of it stays.
  process.on('disconnect', () => void stop());
  if (process.connected) tell({ isRunning: true });
  else void stop();
} catch (error) {
  const { code } = error as { readonly code?: string };
  const text = error instanceof Error ? error.message : String(error);
  tell({ failed: { text, ...(code === undefined ? {} : { code }) } });
  process.exitCode = 1;
  if (process.connected) process.disconnect();
}
