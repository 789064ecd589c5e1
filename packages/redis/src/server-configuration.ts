import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerAddress } from './server-address.ts';

/** Where a private server listens and keeps things. */
export interface ServerConfiguration {
  readonly address: ServerAddress;
  /** Where the configuration itself goes. */
  readonly directory: string;
  readonly data: string;
}

/** Writes the configuration file of a private server, for its owner only, and says where it is. */
export async function writeConfiguration(
  { address, directory, data }: ServerConfiguration,
  logFile: string,
): Promise<string> {
  const listen =
    'port' in address
      ? [`bind 127.0.0.1`, `port ${address.port}`, `requirepass ${quote(address.password)}`]
      : ['port 0', `unixsocket ${quote(address.socketPath)}`, 'unixsocketperm 700'];
  const lines = [
    '# Written at each start of the private server; changes are lost.',
    ...listen,
    `dir ${quote(data)}`,
    `logfile ${quote(logFile)}`,
    'daemonize no',
    'save ""',
    'appendonly yes',
    'appendfsync everysec',
    'no-appendfsync-on-rewrite yes',
    'auto-aof-rewrite-min-size 16mb',
    'maxmemory-policy noeviction',
  ];
  const path = join(directory, 'redis.conf');
  await rm(path, { force: true });
  await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o600 });
  return path;
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
