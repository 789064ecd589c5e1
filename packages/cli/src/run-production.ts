import { join, resolve } from 'node:path';
import {
  EngineError,
  formatFindings,
  loadProduction,
  watchAlerts,
  type ConsoleLog,
  type DocumentStore,
  type Event,
  type Finding,
  type Production,
  type Transport,
} from '@consort/core';
import { checkRedis, openTransport, startPrivateRedis } from '@consort/redis';
import { lockDirectory, openDocumentStore, openMessageStore } from '@consort/store';
import { dataDirectory, makeDataDirectory } from './data-directory.ts';
import { componentLoader } from './load-component.ts';
import { runtimeDirectory } from './control.ts';
import { keepWithinRetention } from './operate/retention.ts';
import { keepThreads } from './threads/keep-threads.ts';
import type { HostChange, Pulse } from './threads/thread-of-hosts.ts';

/** How a production is to be run. */
export interface RunOptions {
  /** Default: CONSORT_DATA, else `.consort` beside the file. */
  readonly data?: string;
  /** Default: REDIS_URL, else a private redis-server. */
  readonly redisUrl?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly log: ConsoleLog;
  /** Milliseconds to wait for Redis at the start; default 30 000. */
  readonly redisWait?: number;
}

/** A production that runs in this process. */
export interface RunningProduction {
  readonly production: Production;
  /** The store's id. */
  readonly id: string;
  readonly dataDirectory: string;
  readonly redisUrl: string;
  /** What `check` warned about, as text for a console; empty when it did not. */
  readonly warnings: string;
  /** The record, for whoever looks. */
  readonly messages: Awaited<ReturnType<typeof openMessageStore>>;
  readonly documents: DocumentStore;
  /** How late each thread's event loop was in its last second, by the thread's host names. */
  readonly pulses: ReadonlyMap<string, Pulse>;
  log(event: Event): void;
  /** The queues, for waking hosts. */
  readonly transport: Transport;
  /** Changes one host while the others run on. @throws EngineError NOT_FOUND, HOST_DISABLED, and the host's own */
  changeHost(change: HostChange): Promise<void>;
  /**
   * Closes the doors, lets what is under way end for at most `grace` milliseconds (default 10 000), and ends.
   * What was not finished goes on at the next start.
   */
  stop(grace?: number): Promise<void>;
}

/**
 * Runs a production: lock, record, Redis, then the threads of its hosts.
 * @throws EngineError PRODUCTION_INVALID (its text has every finding), PRODUCTION_NOT_FOUND, ALREADY_RUNNING,
 *   STORE_UNAVAILABLE, REDIS_UNAVAILABLE, and whatever keeps a host from starting
 */
export async function runProduction(file: string, options: RunOptions): Promise<RunningProduction> {
  const path = resolve(file);
  const env = options.env ?? process.env;
  const { production, findings, source } = await loadProduction(path, { ...componentLoader, env });
  if (!production) throw invalid(path, findings, source);

  const closers: (() => unknown)[] = [];
  const close = async () => {
    for (const closer of closers.reverse()) await closer();
  };
  try {
    const directory = dataDirectory(path, options.data);
    makeDataDirectory(directory);
    const lock = lockDirectory(directory);
    closers.push(() => lock.release());
    const messages = await openMessageStore(directory);
    closers.push(() => messages.close());
    const log = (event: Event) => {
      options.log.write(event);
      messages.log(event).catch(() => undefined); // The console has it; the record is away.
    };
    const { id } = await beginRun(messages, production, path, log);
    const documents = await openDocumentStore(join(directory, 'documents'));
    closers.push(() => documents.close());
    await documents.sweep();
    const redisUrl = await openRedis(options, env, directory, closers, log);
    const transport = await watchRedis(redisUrl, id, messages, closers, log);
    const alerts = await watchAlerts({
      production: () => production,
      messages,
      transport,
      console: options.log,
    });
    closers.push(() => alerts.close());
    const pulses = new Map<string, Pulse>();
    const threads = await keepThreads(
      production,
      messages,
      {
        file: path,
        productionId: id,
        dataDirectory: directory,
        redisUrl,
        prefix: `consort-${id}`,
        env,
      },
      {
        event: log,
        pulse: (names, { lagP99, lagMax }) => pulses.set(names.join(', '), { lagP99, lagMax }),
      },
    );
    const cleaning = keepWithinRetention(production.retention, messages, documents, log);
    closers.push(() => cleaning.close());
    const heart = setInterval(() => {
      messages.setProduction({ heartbeatAt: new Date().toISOString() }).catch(() => undefined);
    }, 5_000);

    return {
      production,
      id,
      dataDirectory: directory,
      redisUrl,
      warnings: formatFindings(findings, source),
      messages,
      documents,
      pulses,
      log,
      transport,
      changeHost: (change) => threads.change(change),
      async stop(grace = 10_000) {
        clearInterval(heart);
        await threads.stop(grace);
        const open = await openMessages(messages);
        await messages.setProduction({ status: open > 0 ? 'Suspended' : 'Stopped', endpoints: {} });
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function beginRun(
  messages: RunningProduction['messages'],
  production: Production,
  file: string,
  log: (event: Event) => void,
) {
  const before = await messages.production();
  const isRecovery = before?.status === 'Running';
  const requeued = await messages.recover(
    production.hosts.map(({ name }) => name),
    [],
  );
  await messages.removeHostsExcept(production.hosts.map(({ name }) => name));
  const now = new Date().toISOString();
  await messages.setProduction({
    name: production.name,
    file,
    status: 'Running',
    pid: process.pid,
    startedAt: now,
    heartbeatAt: now,
    recoveries: (before?.recoveries ?? 0) + (isRecovery ? 1 : 0),
    endpoints: {},
  });
  if (isRecovery) {
    log({
      type: 'Warning',
      code: 'RECOVERED',
      text: `the last run ended without a stop; ${requeued} messages that were in progress are queued again`,
    });
  }
  const state = await messages.production();
  if (!state) throw new EngineError('STORE_UNAVAILABLE', 'the message store has no production row');
  return state;
}

async function openRedis(
  options: RunOptions,
  env: NodeJS.ProcessEnv,
  directory: string,
  closers: (() => unknown)[],
  log: (event: Event) => void,
): Promise<string> {
  const warn = (text: string) => log({ type: 'Warning', code: 'REDIS_UNFIT', text });
  const given = options.redisUrl ?? env['REDIS_URL'];
  if (given) {
    const { warnings } = await checkRedis(given, { wait: options.redisWait ?? 30_000 });
    for (const text of warnings) warn(text);
    return given;
  }
  const redis = await startPrivateRedis({
    directory: join(directory, 'redis'),
    socketPath: join(runtimeDirectory(directory), 'redis.sock'),
    warn,
  });
  closers.push(() => redis.stop());
  return redis.url;
}

/** Keeps in the record since when Redis is there or away. */
async function watchRedis(
  url: string,
  id: string,
  messages: RunningProduction['messages'],
  closers: (() => unknown)[],
  log: (event: Event) => void,
): Promise<Transport> {
  const transport = await openTransport({ url, prefix: `consort-${id}` });
  closers.push(() => transport.close());
  let wasConnected: boolean | undefined;
  transport.onConnection((isConnected) => {
    if (isConnected === wasConnected) return;
    const isChange = wasConnected !== undefined;
    wasConnected = isConnected;
    const redis = {
      status: isConnected ? 'connected' : 'unavailable',
      url: withoutPassword(url),
      since: new Date().toISOString(),
    } as const;
    messages.setProduction({ redis }).catch(() => undefined);
    if (!isChange) return;
    log(
      isConnected
        ? {
            type: 'Info',
            code: 'REDIS_BACK',
            text: 'Redis is there again; the queues are filled from the record',
          }
        : {
            type: 'Error',
            code: 'REDIS_UNAVAILABLE',
            text: 'Redis is away; messages are recorded and go on when it is back',
          },
    );
  });
  return transport;
}

async function openMessages(messages: RunningProduction['messages']): Promise<number> {
  const queues = await messages.queues();
  return queues.reduce((sum, { queued, delivered }) => sum + queued + delivered, 0);
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//•••@');
}

function invalid(file: string, findings: readonly Finding[], source: string): EngineError {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return new EngineError(
    'PRODUCTION_INVALID',
    `nothing was started: ${file} has ${errors} ${errors === 1 ? 'mistake' : 'mistakes'}\n${formatFindings(findings, source)}`,
  );
}
