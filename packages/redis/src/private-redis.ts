import { mkdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '@consort/core';
import { checkRedis } from './check-redis.ts';
import { findRedisServer } from './find-redis-server.ts';
import {
  chooseAddress,
  isListening,
  loopbackAddress,
  urlOf,
  type ServerAddress,
} from './server-address.ts';
import { end, identify, launch, type Launch, type ServerProcess } from './server-process.ts';
import { readRecord, removeRecord, writeRecord, type ServerRecord } from './server-record.ts';
import { troubleWith } from './server-trouble.ts';

/** A Redis server of the production's own. */
export interface PrivateRedis {
  readonly url: string;
  readonly version: string;
  /** Whether it ran already, left over from a production that ended without stopping it. */
  readonly isReattached: boolean;
  /** Ends the server. */
  stop(): Promise<void>;
}

/** What a private server is started with. */
export interface PrivateRedisOptions {
  /** Its data, log and configuration are here. One production at a time may use it. */
  readonly directory: string;
  /** Where it shall listen; where that cannot be, it listens on a loopback port with a password. */
  readonly socketPath: string;
  /** Told what went wrong and has been put right. */
  readonly warn?: (text: string) => void;
}

/** A server that runs, and how to start its replacement. */
interface Running {
  readonly server: ServerProcess;
  readonly how: Launch;
}

const longestPause = 1000;

/**
 * Starts the embedded default when no Redis is configured, or attaches to the one an earlier run left behind.
 * Until `stop` it is watched, and replaced at the same address when it dies, hangs or loses its files.
 * @throws EngineError REDIS_NOT_INSTALLED, REDIS_UNAVAILABLE, REDIS_UNFIT
 */
export async function startPrivateRedis(options: PrivateRedisOptions): Promise<PrivateRedis> {
  const { socketPath, warn = () => undefined } = options;
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const directory = await realpath(options.directory);
  const base = { program: findRedisServer(), directory, warn };

  const record = await readRecord(directory);
  const found = record && (await reattach(record, base));
  const { server, how } = found ?? (await startAnew(socketPath, record, base));
  const url = urlOf(how.address);
  const { version } = await checkRedis(url).catch(async (error: unknown) => {
    await end(server, 5000);
    throw error;
  });
  const watch = watchServer(server, how);
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    await end(await watch.stop(), 5000);
    await removeRecord(directory);
    if (how.data !== directory) await rm(how.data, { recursive: true, force: true });
  };

  return {
    url,
    version,
    isReattached: found !== undefined,
    stop: () => (stopped ??= stop()),
  };
}

/** The URL of the private server that belongs to a directory; undefined when none is recorded there. */
export async function privateRedisUrl(directory: string): Promise<string | undefined> {
  const record = await readRecord(directory);
  return record && urlOf(record.address);
}

type Base = Omit<Launch, 'address' | 'data'>;

/** The recorded server, if what answers at its address is the same run with the same data; never by process id. */
async function reattach(record: ServerRecord, base: Base): Promise<Running | undefined> {
  const { address, data, runId } = record;
  const server = await identifyPatiently(address);
  if (!server) return undefined;
  if (server.runId === runId && server.data === data && isWithin(data, base.directory)) {
    return { server, how: { ...base, address, data } };
  }
  server.redis.disconnect();
  return undefined;
}

/** One that listens may only be slow at the moment, and to take it for a stranger would leave it behind. */
async function identifyPatiently(address: ServerAddress): Promise<ServerProcess | undefined> {
  for (let tries = 3; tries > 0 && (await isListening(address)); tries -= 1) {
    const server = await identify(urlOf(address));
    if (server) return server;
  }
  return undefined;
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(join(directory, '/'));
}

async function startAnew(
  socketPath: string,
  record: ServerRecord | undefined,
  base: Base,
): Promise<Running> {
  // A stranger where ours would be is left alone; as it may be writing to our files, so are they.
  const addresses = [{ socketPath }, ...(record ? [record.address] : [])];
  const isTaken = (await Promise.all(addresses.map(isListening))).includes(true);
  const data = isTaken ? join(base.directory, `data-${Date.now()}`) : base.directory;
  const how = { ...base, data, address: await chooseAddress(socketPath) };
  for (let tries = 1; ; tries += 1) {
    try {
      return { server: await launchRecorded(how), how };
    } catch (error) {
      if (tries === 3) throw error;
      // Not every file system has sockets, and a free port may be somebody's a moment later.
      how.address = await loopbackAddress();
    }
  }
}

async function launchRecorded(how: Launch): Promise<ServerProcess> {
  const server = await launch(how);
  const { runId, data } = server;
  await writeRecord(how.directory, { runId, data, address: how.address });
  return server;
}

/** Keeps a server running. `stop` ends the watch, not the server, and says which one it is by then. */
function watchServer(first: ServerProcess, how: Launch): { stop(): Promise<ServerProcess> } {
  const stopping = new AbortController();
  const watching = (async () => {
    let server = first;
    for (;;) {
      const trouble = await troubleWith(server, how, stopping.signal);
      if (stopping.signal.aborted) return server;
      await end(server, 1000);
      server = await replace(server, trouble, how, stopping.signal);
    }
  })();
  return {
    stop() {
      stopping.abort();
      return watching;
    },
  };
}

/** The same server when only the connection to it was lost; otherwise a new one, however long that takes. */
async function replace(
  lost: ServerProcess,
  trouble: string,
  how: Launch,
  signal: AbortSignal,
): Promise<ServerProcess> {
  let said = '';
  const say = (text: string) => {
    if (text !== said) how.warn(text);
    said = text;
  };
  for (let pause = 50; !signal.aborted; pause = Math.min(2 * pause, longestPause)) {
    try {
      const answering = await identify(urlOf(how.address));
      if (answering?.runId === lost.runId) return answering;
      answering?.redis.disconnect();
      const server = await launchRecorded(how);
      say(
        `the private Redis ${trouble}; another has taken its place, and what was queued is queued again`,
      );
      return server;
    } catch (error) {
      const text = error instanceof EngineError ? error.message : String(error);
      say(`the private Redis ${trouble} and cannot be replaced yet: ${text}`);
    }
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
  return lost;
}
