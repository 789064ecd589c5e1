import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import type { Launch, ServerProcess } from './server-process.ts';

const interval = 500;
/** Commands in a row that may stay without an answer; each is waited for 2 s. */
const silences = 5;

/** Resolves with what is wrong with a server, once something is; with an empty text when `signal` ends the watch. */
export async function troubleWith(
  { redis }: ServerProcess,
  { address, data }: Launch,
  signal: AbortSignal,
): Promise<string> {
  let silent = 0;
  while (!signal.aborted) {
    if (redis.status !== 'ready') return 'has ended';
    silent = (await answers(redis)) ? 0 : silent + 1;
    if (silent === silences) return 'does not answer';
    const aof = ['appendonlydir', 'appendonly.aof'].map((name) => join(data, name));
    if (!(await exists(aof))) return 'has lost its data directory';
    if ('socketPath' in address && !(await exists([address.socketPath]))) {
      return 'has lost its socket file';
    }
    await pause(redis, signal);
  }
  return '';
}

async function answers(redis: Redis): Promise<boolean> {
  try {
    await redis.ping();
    return true;
  } catch {
    return false;
  }
}

/** Whether one of the paths is there. */
async function exists(paths: readonly string[]): Promise<boolean> {
  const found = await Promise.all(
    paths.map((path) =>
      access(path).then(
        () => true,
        (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
      ),
    ),
  );
  return found.includes(true);
}

/** Until the next look, which is at once when the connection ends. */
function pause(redis: Redis, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      redis.off('close', end);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, interval);
    redis.on('close', end);
    signal.addEventListener('abort', end);
  });
}
