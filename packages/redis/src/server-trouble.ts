import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import type { ServerAddress } from './server-address.ts';
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
    silent = (await answers(redis)) ? 0 : silent + 1;
    const lost = await lostFile(address, data);
    // A server that ends takes its socket file with it, so this comes first.
    if (redis.status !== 'ready') return 'has ended';
    if (lost) return `has lost ${lost}`;
    if (silent === silences) return 'does not answer';
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

/** A server goes on without its files, but nobody new can reach it, or nothing of it outlives it. */
async function lostFile(address: ServerAddress, data: string): Promise<string | undefined> {
  const aof = ['appendonlydir', 'appendonly.aof'].map((name) => join(data, name));
  if ((await Promise.all(aof.map(isGone))).every(Boolean)) return 'its data directory';
  if ('socketPath' in address && (await isGone(address.socketPath))) return 'its socket file';
  return undefined;
}

async function isGone(path: string): Promise<boolean> {
  try {
    await access(path);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
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
    const timer = setTimeout(end, signal.aborted ? 0 : interval);
    redis.on('close', end);
    signal.addEventListener('abort', end);
  });
}
