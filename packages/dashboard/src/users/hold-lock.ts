import { EngineError } from '@consort/core';
import { open, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds that a command waits for another, and between two looks. */
const patience = 10_000;
const pause = 50;

/**
 * Does something while nobody else does anything under the same lock: a file that is there for as long.
 * @throws EngineError USERS_UNFIT when somebody else holds it for longer than ten seconds, or it cannot be made
 */
export async function holdLock<Value>(lock: string, act: () => Promise<Value>): Promise<Value> {
  await take(lock);
  try {
    return await act();
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string): Promise<void> {
  const until = performance.now() + patience;
  for (;;) {
    try {
      const file = await open(lock, 'wx', 0o600);
      await file.close();
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // In a folder that is not there nobody changes anything; what is done says so better.
      if (code === 'ENOENT') return;
      if (code !== 'EEXIST') {
        throw new EngineError('USERS_UNFIT', `${lock} cannot be made: ${String(code)}`);
      }
    }
    if (performance.now() > until) {
      throw new EngineError(
        'USERS_UNFIT',
        `another command changes users or tokens; when there is none, a crash has left its lock: rm ${lock}`,
      );
    }
    await sleep(pause);
  }
}
