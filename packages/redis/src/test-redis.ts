import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findRedisServer } from './find-redis-server.ts';
import { isListening } from './server-address.ts';
import { identify } from './server-process.ts';
import { unixRedisUrl } from './redis-url.ts';

/** A Redis of a test, which can be stopped and started again at the same address. */
export interface TestRedis {
  readonly url: string;
  readonly socketPath: string;
  readonly directory: string;
  start(): Promise<void>;
  /** Ends it as a crash would. */
  stop(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Runs one command, as redis-cli would. */
  command(...words: [string, ...string[]]): Promise<unknown>;
  /** Stops it and removes its files. */
  remove(): Promise<void>;
}

/** Starts a real Redis on a unix socket in a directory of its own, with nothing kept unless `settings` say so. */
export async function startTestRedis(...settings: readonly string[]): Promise<TestRedis> {
  const directory = await mkdtemp(join(tmpdir(), 'redis-'));
  const socketPath = join(directory, 's.sock');
  const url = unixRedisUrl(socketPath);
  let child: ReturnType<typeof spawn> | undefined;

  const redis: TestRedis = {
    url,
    socketPath,
    directory,
    async start() {
      const fixed = ['--port', '0', '--unixsocket', socketPath, '--dir', directory, '--save', ''];
      child = spawn(findRedisServer(), [...fixed, ...settings], { stdio: 'ignore' });
      await until(() => isListening({ socketPath }));
    },
    async stop() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
      await rm(socketPath, { force: true });
    },
    signal(name) {
      child?.kill(name);
    },
    async command(name, ...words) {
      const server = await answering(url);
      try {
        return await server.redis.call(name, ...words);
      } finally {
        server.redis.disconnect();
      }
    },
    async remove() {
      await redis.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
  await redis.start();
  return redis;
}

async function answering(url: string) {
  for (;;) {
    const server = await identify(url);
    if (server) return server;
    await sleep(10);
  }
}

/** Waits until something is so, looking often; the test's own time limit ends it. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(10);
}
