import { join, resolve } from 'node:path';
import {
  EngineError,
  formatDuration,
  watchAlerts,
  type ConsoleLog,
  type DocumentStore,
  type Event,
  type Production,
  type Transport,
} from '@consort/core';
import { lockDirectory, openDocumentStore, openMessageStore } from '@consort/store/running';
import packageFile from '../package.json' with { type: 'json' };
import { dataDirectory, makeDataDirectory } from './data-directory.ts';
import { loadVersion } from './load-version.ts';
import { backupHoldWarning } from './operate/backup-hold.ts';
import { keepWithinRetention } from './operate/retention.ts';
import { endWaits } from './operate/testing-service.ts';
import { updater, warnOfLeftBehind, type Updater } from './operate/update.ts';
import { openRedis, watchRedis } from './redis-of-run.ts';
import { keepThreads, type KnownConnections } from './threads/keep-threads.ts';
import type { HostChange, Pulse } from './threads/thread-of-hosts.ts';
import { followTraces } from './traces/follow-traces.ts';

/** How a production is to be run. */
export interface RunOptions {
  /** Default: CONSORT_DATA, else `.consort` beside the file. */
  readonly data?: string;
  /** Default: REDIS_URL, else a private redis-server. */
  readonly redisUrl?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly log: ConsoleLog;
  /** What the file is taken to hold; default: what it holds. */
  readonly bytes?: Uint8Array;
  /** Milliseconds to wait for Redis at the start; default 30 000. */
  readonly redisWait?: number;
}

/** A pulse, whose it is, and when it came, in milliseconds since 1970. */
export interface TimedPulse extends Pulse {
  readonly hostNames: readonly string[];
  readonly at: number;
}

/** A production that runs in this process. */
export interface RunningProduction {
  /** As it is now: an update puts another in its place. */
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
  /** The last word of each thread, by the names of its hosts. */
  readonly pulses: ReadonlyMap<string, TimedPulse>;
  log(event: Event): void;
  /** The queues, for waking hosts. */
  readonly transport: Transport;
  /** Who is connected to each host at this moment. @throws EngineError THREAD_ENDED */
  connections(): Promise<KnownConnections>;
  /** Changes one host while the others run on. @throws EngineError NOT_FOUND, HOST_DISABLED, and the host's own */
  changeHost(change: HostChange): Promise<void>;
  /** Goes on with another version of its file. @throws EngineError PRODUCTION_INVALID, UPDATE_REFUSED */
  readonly update: Updater;
  /**
   * Closes the doors, lets what is under way end for at most `grace` milliseconds (default: the production's
   * `shutdownTimeout`), and ends. What was not finished goes on at the next start.
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
  const environment = options.env ?? process.env;
  let version = await loadVersion(path, environment, 'nothing was started', options.bytes);
  const { env } = version;

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
    sayWhatWasUpgraded(messages, log);
    const { id } = await beginRun(messages, version.production, log);
    const documents = await openDocumentStore(join(directory, 'documents'));
    closers.push(() => documents.close());
    await documents.sweep();
    const redisUrl = await openRedis(options, env, directory, closers, log);
    const transport = await watchRedis(redisUrl, id, messages, closers, log);
    const alerts = await watchAlerts({
      production: () => version.production,
      messages,
      transport,
      console: options.log,
    });
    closers.push(() => alerts.close());
    const pulses = new Map<string, TimedPulse>();
    const threads = await keepThreads(
      version,
      messages,
      {
        productionId: id,
        dataDirectory: directory,
        redisUrl,
        prefix: `consort-${id}`,
      },
      {
        event: log,
        pulse: (names, { lagP99, lagMax, measures }) =>
          void pulses.set(names.join(', '), {
            hostNames: names,
            lagP99,
            lagMax,
            measures,
            at: Date.now(),
          }),
      },
    );
    const cleaning = keepWithinRetention(
      () => version.production.retention,
      messages,
      documents,
      log,
      backupHoldWarning(directory, log),
    );
    closers.push(() => cleaning.close());
    const traces = await followTraces({
      messages,
      resource: {
        production: version.production.name,
        productionId: id,
        version: packageFile.version,
      },
      dataDirectory: directory,
      env,
      log,
    });
    closers.push(() => traces.close());
    const heart = setInterval(() => {
      messages.setProduction({ heartbeatAt: new Date().toISOString() }).catch(() => undefined);
    }, 5_000);

    const updates = updater({
      messages,
      threads,
      log,
      env: environment,
      version: () => version,
      become: (next) => void (version = next),
    });

    return {
      get production() {
        return version.production;
      },
      id,
      dataDirectory: directory,
      redisUrl,
      warnings: version.warnings,
      messages,
      documents,
      pulses,
      log,
      transport,
      connections: () => threads.connections(),
      changeHost: (change) => threads.change(change),
      async update(next, how) {
        try {
          return await updates.update(next, how);
        } finally {
          const kept = threads.hostNames().map((names) => names.join(', '));
          for (const key of pulses.keys()) if (!kept.includes(key)) pulses.delete(key);
        }
      },
      async stop(grace = version.production.shutdownTimeout) {
        clearInterval(heart);
        await threads.stop(grace);
        await updates.settled();
        await sayWhatWasLeft(messages, grace, log);
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

function sayWhatWasUpgraded(
  { upgrade }: RunningProduction['messages'],
  log: (event: Event) => void,
): void {
  if (!upgrade) return;
  const { steps, copy } = upgrade;
  log({
    type: 'Info',
    code: 'UPGRADED',
    text: `the record was written by an older version and is up to date now (${steps.join(', ')}); as it was it is kept in ${copy}`,
  });
}

async function beginRun(
  messages: RunningProduction['messages'],
  production: Production,
  log: (event: Event) => void,
) {
  const before = await messages.production();
  const isRecovery = before?.status === 'Running';
  const requeued = await messages.recover(
    production.hosts.map(({ name }) => name),
    [],
  );
  await endWaits(messages);
  await messages.removeHostsExcept(production.hosts.map(({ name }) => name));
  const now = new Date().toISOString();
  await messages.setProduction({
    name: production.name,
    file: production.file,
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
  await warnOfLeftBehind(messages, production, log);
  const state = await messages.production();
  if (!state) throw new EngineError('STORE_UNAVAILABLE', 'the message store has no production row');
  return state;
}

/** What a stop did not wait for any longer. */
async function sayWhatWasLeft(
  messages: RunningProduction['messages'],
  grace: number,
  log: (event: Event) => void,
): Promise<void> {
  const left = (await messages.queues()).filter(({ delivered }) => delivered > 0);
  if (left.length === 0) return;
  const where = left.map(({ host, delivered }) => `${delivered} at ${host}`).join(', ');
  log({
    type: 'Warning',
    code: 'STOP_FORCED',
    text: `stopped by force after ${formatDuration(grace)} with messages in progress: ${where}; they go on at the next start`,
  });
}

async function openMessages(messages: RunningProduction['messages']): Promise<number> {
  const queues = await messages.queues();
  return queues.reduce((sum, { queued, delivered }) => sum + queued + delivered, 0);
}
