import { spawn, type ChildProcess } from 'node:child_process';
import { open, mkdir, rm, stat, truncate } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { EngineError } from '@consort/core';
import { parseInfo, setting, tryToConnect } from './check-redis.ts';
import { hangUp } from './connections.ts';
import { moveDataAside, refusesData } from './damaged-data.ts';
import { isListening, urlOf, type ServerAddress } from './server-address.ts';
import { writeConfiguration } from './server-configuration.ts';

/** A private server that answers, and our connection to it. */
export interface ServerProcess {
  readonly runId: string;
  readonly pid: number;
  /** Where its data is, as the server says. */
  readonly data: string;
  /**
   * Stays open as long as the process lives. That makes the process id safe to use: while the connection
   * stands, the id cannot have gone to another process.
   */
  readonly redis: Redis;
}

/** What a server is launched with. */
export interface Launch {
  readonly program: string;
  readonly address: ServerAddress;
  /** Where its configuration and its log are. */
  readonly directory: string;
  /** Where its append-only file is. */
  readonly data: string;
  readonly warn: (text: string) => void;
}

const patience = 15_000;
const longestLog = 1_000_000;

/**
 * Starts a server and waits until it answers. When it refuses its own data, which can be rebuilt,
 * the data is moved aside and it is started without.
 * @throws EngineError REDIS_UNAVAILABLE with the end of its log
 */
export async function launch(options: Launch): Promise<ServerProcess> {
  const { directory, data, warn } = options;
  for (const folder of [directory, data]) await mkdir(folder, { recursive: true, mode: 0o700 });
  const first = await attempt(options);
  if ('server' in first) return first.server;
  const moved = refusesData(first.log) ? await moveDataAside(data) : [];
  if (moved.length === 0) throw notStarted(options, first.log);
  warn(
    `Redis refuses its own data, so it starts without; what was queued is queued again from the record. ` +
      `The data is now ${moved.join(', ')}. Redis said: ${first.log.at(-1)}`,
  );
  const second = await attempt(options);
  if ('server' in second) return second.server;
  throw notStarted(options, second.log);
}

/** Connects to whatever answers at a URL and asks who it is; undefined when it is no Redis of ours to ask. */
export async function identify(url: string): Promise<ServerProcess | undefined> {
  const { redis, problem } = await tryToConnect(url);
  try {
    if (problem) throw problem;
    const info = parseInfo(await redis.info('server'));
    const data = (await setting(redis, 'dir')) ?? '';
    return { runId: info.get('run_id') ?? '', pid: Number(info.get('process_id')), data, redis };
  } catch {
    hangUp(redis);
    return undefined;
  }
}

/** Asks a server to end, and ends it when it does not within `grace` milliseconds. */
export async function end({ redis, pid }: ServerProcess, grace: number): Promise<void> {
  if (redis.status !== 'ready') return hangUp(redis);
  const closed = new Promise<void>((resolve) => redis.once('close', () => resolve()));
  redis.call('SHUTDOWN', 'NOSAVE').catch(() => undefined);
  const timer = setTimeout(() => kill(pid), grace);
  await Promise.race([closed, sleep(grace + 2000, undefined, { ref: false })]);
  clearTimeout(timer);
  hangUp(redis);
}

async function attempt(
  options: Launch,
): Promise<{ server: ServerProcess } | { log: readonly string[] }> {
  const { program, address, directory } = options;
  const url = urlOf(address);
  if (await isListening(address)) return { log: ['something else listens at its address'] };
  if ('socketPath' in address) {
    await mkdir(dirname(address.socketPath), { recursive: true, mode: 0o700 });
    await rm(address.socketPath, { force: true });
  }
  const logFile = join(directory, 'redis.log');
  const logStart = await shortenLog(logFile);
  const child = await start(program, await writeConfiguration(options, logFile), directory);

  const deadline = Date.now() + patience;
  while (isRunning(child) && Date.now() < deadline) {
    const server = await identify(url);
    if (server && server.pid === child.pid) return { server };
    server?.redis.disconnect();
    await sleep(20);
  }
  if (child.kill('SIGKILL')) return { log: [`no answer within ${patience / 1000} s`] };
  return { log: await logSince(logFile, logStart) };
}

/** In a process group of its own: Ctrl-C at our terminal is for us, and we stop the server when our work is done. */
async function start(program: string, configuration: string, directory: string) {
  // A locale that is not installed keeps Redis from starting.
  const env = { PATH: process.env['PATH'], LC_ALL: 'C' };
  const child = spawn(program, [configuration], {
    cwd: directory,
    env,
    detached: true,
    stdio: 'ignore',
  });
  child.on('error', () => undefined);
  child.unref();
  return child;
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/** Empties a log that has grown long; says where what comes next begins. */
async function shortenLog(path: string): Promise<number> {
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (size < longestLog) return size;
  await truncate(path);
  return 0;
}

async function logSince(path: string, begin: number): Promise<readonly string[]> {
  const file = await open(path).catch(() => undefined);
  if (!file) return [];
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(16_384), position: begin });
  await file.close();
  return buffer.toString('utf8', 0, bytesRead).split('\n').filter(Boolean);
}

function notStarted({ program, directory }: Launch, log: readonly string[]): EngineError {
  const said = log.slice(-3).join(' | ') || 'nothing';
  return new EngineError(
    'REDIS_UNAVAILABLE',
    `${basename(program)} did not start; it said: ${said}; see ${join(directory, 'redis.log')}`,
  );
}

function kill(pid: number): void {
  // 0 and what is below mean whole groups of processes.
  if (!(pid > 1)) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}
