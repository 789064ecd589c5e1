import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Event, MessageReader } from '@consort/core';
import { runProduction, type RunningProduction } from '@consort/cli';

/** A production under test: the real thing, with a record and a Redis of its own. */
export interface TestProduction extends AsyncDisposable {
  readonly running: RunningProduction;
  readonly messages: MessageReader;
  /** Everything it logged, oldest first. */
  readonly events: readonly Event[];
  readonly dataDirectory: string;
  /** Resolves when no message is queued or in progress. */
  idle(): Promise<void>;
  /** Stops it; again changes nothing. */
  stop(): Promise<void>;
}

/** What may be set for a production under test. */
export interface TestProductionOptions {
  /** The variables of the file, on top of the process's own. */
  readonly env?: NodeJS.ProcessEnv;
  /** Default: a new folder, removed at the end. */
  readonly data?: string;
  /** Default: a private redis-server. */
  readonly redisUrl?: string;
}

/** Starts a production file for a test; everything in it is real. */
export async function startTestProduction(
  file: string,
  options: TestProductionOptions = {},
): Promise<TestProduction> {
  const data = options.data ?? (await mkdtemp(join(tmpdir(), 'consort-test-')));
  const events: Event[] = [];
  const running = await runProduction(file, {
    data,
    env: { ...process.env, REDIS_URL: undefined, ...options.env },
    log: { write: (event) => events.push(event) },
    ...(options.redisUrl ? { redisUrl: options.redisUrl } : {}),
  });

  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= stopOnce());

  async function stopOnce(): Promise<void> {
    // A handler that hangs is a test's own; nobody waits two minutes for it.
    await running.stop(10_000);
    if (!options.data) await rm(data, { recursive: true, force: true });
  }

  return {
    running,
    messages: running.messages,
    events,
    dataDirectory: data,
    async idle() {
      for (;;) {
        const queues = await running.messages.queues();
        if (queues.every(({ queued, delivered }) => queued + delivered === 0)) return;
        await sleep(20);
      }
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
