import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError, type EventLog } from '@consort/core';

/** A child process that is ready for work. */
export interface Child {
  /** Whether it has done any work so far. */
  hasWorked(): boolean;
  /** Resolves when it has ended, with why. */
  readonly ended: Promise<string>;
  /** Lets it end within `grace` milliseconds, then ends it and all that it has started. */
  stop(grace: number): Promise<void>;
}

/** A child process that is started again whenever it ends by itself. */
export interface KeptChild<Of extends Child> {
  /** The one that runs, now. */
  readonly current: Of | undefined;
  /** Waits for one that is ready. @throws EngineError STOPPING */
  ready(signal: AbortSignal): Promise<Of>;
  stop(grace: number): Promise<void>;
}

/** How a child is kept. */
export interface Keeping extends EventLog {
  readonly host: string;
  /** Milliseconds before one that has ended is started again, doubled up to `longest` as long as none does any work. */
  readonly shortest: number;
  readonly longest: number;
}

/**
 * Starts a child and keeps one there: what has ended is an event, and another is started.
 * @throws whatever keeps the first from starting
 */
export async function keepChild<Of extends Child>(
  start: () => Promise<Of>,
  { host, log, shortest, longest }: Keeping,
): Promise<KeptChild<Of>> {
  const stopping = new AbortController();
  let current: Of | undefined = await start();
  let next = Promise.withResolvers<Of>();
  next.resolve(current);
  const watching = watch();

  async function watch(): Promise<void> {
    let pause = shortest;
    while (current) {
      const child: Of = current;
      const reason = await child.ended;
      current = undefined;
      next = Promise.withResolvers();
      if (stopping.signal.aborted) return;
      if (child.hasWorked()) pause = shortest;
      log({
        type: 'Error',
        code: 'CHILD_ENDED',
        text: `the child process of ${host} ended and is started again: ${reason}`,
        host,
        details: { hosts: host },
      });
      while (!current) {
        await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
        if (stopping.signal.aborted) return;
        pause = Math.min(2 * pause, longest);
        current = await start().catch((error: unknown) => sayNotStarted(error));
      }
      next.resolve(current);
    }
  }

  function sayNotStarted(error: unknown): undefined {
    const text = error instanceof Error ? error.message : String(error);
    log({ type: 'Error', code: 'CHILD_NOT_STARTED', text, host });
  }

  return {
    get current() {
      return current;
    },
    async ready(signal) {
      const over = Promise.withResolvers<never>();
      const end = () => over.reject(new EngineError('STOPPING', `${host} is stopping`));
      if (signal.aborted) end();
      signal.addEventListener('abort', end, { once: true });
      try {
        return await Promise.race([next.promise, over.promise]);
      } finally {
        signal.removeEventListener('abort', end);
      }
    },
    async stop(grace) {
      const end = performance.now() + grace;
      stopping.abort();
      await current?.stop(grace);
      await watching;
      // One that was being started runs by now.
      await current?.stop(Math.max(0, end - performance.now()));
    },
  };
}

/** Ends a child and all that it has started, which is gone already when it cannot be found. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
