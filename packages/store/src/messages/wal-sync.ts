import { close, fsync, openSync } from 'node:fs';
import { promisify } from 'node:util';

/** Brings what is committed to stable storage. */
export interface WalSync {
  /**
   * Resolves when everything committed before the call is on stable storage. A call that comes while a sync
   * runs waits for the next one, with all others that come meanwhile.
   * @throws when the sync failed: nothing is known of what is on disk, now or later
   */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Syncs the write-ahead log of an open database, in the thread pool.
 *
 * A commit is in the log before it is anywhere else, so a synced log is a durable commit: it is the one step
 * by which `synchronous = FULL` differs from NORMAL. NORMAL itself syncs the log before a checkpoint copies
 * from it, and the database before the log is used again from its beginning. The log is the same file as long
 * as a connection is open: it is overwritten and cut, never replaced.
 */
export function openWalSync(file: string): WalSync {
  const descriptor = openSync(file, 'r');
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  function sync(): Promise<void> {
    const current = fsyncOf(descriptor).finally(() => {
      if (running === current) running = undefined;
    });
    running = current;
    return current;
  }

  return {
    flush() {
      if (!running) return sync();
      next ??= running.then(() => {
        next = undefined;
        return sync();
      });
      return next;
    },
    async close() {
      await Promise.allSettled([running, next]);
      await closeOf(descriptor);
    },
  };
}

const fsyncOf = promisify(fsync);
const closeOf = promisify(close);
