import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@consort/cli/test-production';
import { receivedFiles, type ReceivedFile } from './received-files.ts';

/** DCMTK's storescp with the AE title PEER: it keeps each data set as it came. */
export interface Storescp extends AsyncDisposable {
  readonly port: number;
  /** The files it has kept; a data set that comes again is a second file. */
  received(): Promise<readonly ReceivedFile[]>;
  /** How many files there are, those it is writing among them. */
  count(): Promise<number>;
}

/**
 * Starts storescp, which takes every transfer syntax and, with `--fork`, many associations at a time.
 * @param options.port default: a free one
 * @param options.transferSyntaxes the switch that says which it takes; default: `+xa`, every one
 */
export async function startStorescp(
  words: readonly string[] = [],
  options: { readonly port?: number; readonly transferSyntaxes?: string } = {},
): Promise<Storescp> {
  const port = options.port ?? (await freePort());
  const folder = await mkdtemp(join(tmpdir(), 'consort-storescp-'));
  const { transferSyntaxes = '+xa' } = options;
  const own = ['-aet', 'PEER', '+B', transferSyntaxes, '+uf', '-od', folder];
  const args = [...own, ...words, String(port)];
  const env = { ...process.env, TCP_NODELAY: '1' };
  const child = spawn('storescp', args, { env, stdio: 'ignore', detached: true });
  const exited = once(child, 'exit');
  while (!(await listens(port))) {
    if (child.exitCode !== null) throw new Error(`storescp ${args.join(' ')} did not start`);
    await sleep(20);
  }
  return {
    port,
    received: () => receivedFiles(folder),
    count: async () => (await readdir(folder)).length,
    async [Symbol.asyncDispose]() {
      // The whole group: with --fork each association has a process.
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
