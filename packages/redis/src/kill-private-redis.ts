import { realpath } from 'node:fs/promises';
import { urlOf } from './server-address.ts';
import { identify } from './server-process.ts';
import { readRecord } from './server-record.ts';

/**
 * Kills the private server that belongs to a directory, as a crash of it: for drills. A server that is another than the
 * one recorded there is left alone.
 * @returns whether one was killed
 */
export async function killPrivateRedis(directory: string): Promise<boolean> {
  const folder = await realpath(directory).catch(() => undefined);
  const record = folder && (await readRecord(folder));
  const server = record && (await identify(urlOf(record.address)));
  if (!server) return false;
  try {
    if (server.runId !== record.runId || server.data !== record.data) return false;
    process.kill(server.pid, 'SIGKILL');
    return true;
  } finally {
    server.redis.disconnect();
  }
}
