import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  changeSettings,
  EngineError,
  isFinished,
  noHost,
  type Event,
  type Message,
  type MessageReader,
} from '@consort/core';
import type { Output } from '../json/outputs.ts';
import { loadVersion } from '../load-version.ts';
import { openTestingService } from '../operate/testing-service.ts';
import { runProduction, type RunningProduction } from '../run-production.ts';
import type { SentFile } from '../send/send-files.ts';
import { surroundingsFor, type TestSurroundings } from './changes-for-test.ts';
import { sendTo, type Sending } from './send-to.ts';
import { startTestPeer, type PeerAnswer, type TestPeer } from './test-peer.ts';

/** A production under test: the real thing, with a record and a Redis of its own. */
export interface TestProduction extends AsyncDisposable {
  readonly running: RunningProduction;
  readonly messages: MessageReader;
  /** Everything it logged, oldest first. */
  readonly events: readonly Event[];
  readonly dataDirectory: string;
  /** Where a service listens. @throws EngineError NOT_FOUND */
  port(host: string): number;
  /** The folder that a file service watches or a file operation writes into. @throws EngineError NOT_FOUND */
  folder(host: string): string;
  /** The peer that stands in for the one a DICOM operation sends to. @throws EngineError NOT_FOUND */
  peer(host: string): TestPeer;
  /** Sends DICOM files to a DICOM service; by default its only one, as the first calling title it lets in. */
  send(files: readonly string[], how?: Sending): Promise<readonly SentFile[]>;
  /** Sends a DICOM file, or a body, to a process or an operation, as `production test-message` does. */
  sendMessage(host: string, what: string | { readonly type: string }): Promise<TestedMessage>;
  /** Opens another DICOM peer; it ends with the production. */
  receive(...answers: readonly PeerAnswer[]): Promise<TestPeer>;
  /** The sessions so far, oldest first. */
  sessions(): Promise<readonly number[]>;
  /** Resolves with the messages of a session once all of them have ended or are suspended; default: the newest one. */
  completed(session?: number): Promise<readonly Message[]>;
  /** Resolves when no message is queued or in progress. */
  idle(): Promise<void>;
  /** Stops it; again changes nothing. */
  stop(): Promise<void>;
}

/** What came of a message that was sent by hand. */
export type TestedMessage = Output<'test-message'>;

/** What may be set for a production under test. */
export interface TestProductionOptions {
  /** The variables of the file, on top of the process's own. A port, folder or peer that one gives is used as it is. */
  readonly env?: NodeJS.ProcessEnv;
  /** Default: a new folder, removed at the end. */
  readonly data?: string;
  /** Default: a private redis-server. */
  readonly redisUrl?: string;
  /** Settings that are to be others than in the file, by host. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** What the peers of DICOM operations answer, by the operation; default: Success. */
  readonly peers?: Readonly<Record<string, readonly PeerAnswer[]>>;
  /**
   * `test`: services listen on free ports, and DICOM operations send to peers of the test, except where a variable
   * gives a port. `file`: as the file says. Default `test`.
   */
  readonly network?: 'test' | 'file';
  /** `temporary`: file services and operations get folders of the test's own. Default: those of the file. */
  readonly folders?: 'file' | 'temporary';
}

/**
 * Starts a production file for a test; everything in it is real. Its services listen on free ports, and its DICOM
 * operations send to peers of the test, except where a variable gives another port.
 * @throws EngineError PRODUCTION_INVALID and whatever keeps a production from starting
 */
export async function startTestProduction(
  file: string,
  options: TestProductionOptions = {},
): Promise<TestProduction> {
  const temporary = await mkdtemp(join(tmpdir(), 'consort-test-'));
  const data = options.data ?? join(temporary, 'data');
  const env = { ...process.env, REDIS_URL: undefined, ...options.env };
  const closers: (() => unknown)[] = [() => rm(temporary, { recursive: true, force: true })];
  const close = async () => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    const { production, bytes } = await loadVersion(resolve(file), env, 'nothing was started');
    const around = await surroundingsFor(production, {
      settings: options.settings ?? {},
      peers: options.peers ?? {},
      network: options.network ?? 'test',
      ...(options.folders === 'temporary' && { folder: join(temporary, 'folders') }),
    });
    for (const peer of around.peers.values()) closers.push(() => peer.close());
    const events: Event[] = [];
    const running = await runProduction(file, {
      data,
      env,
      bytes: changeSettings(bytes, around.changes),
      log: { write: (event) => events.push(event) },
      ...(options.redisUrl ? { redisUrl: options.redisUrl } : {}),
    });
    // A handler that hangs is a test's own; nobody waits two minutes for it.
    closers.push(() => running.stop(10_000));
    return testProduction(running, around, events, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

function testProduction(
  running: RunningProduction,
  around: TestSurroundings,
  events: readonly Event[],
  closers: (() => unknown)[],
  close: () => Promise<void>,
): TestProduction {
  const { messages } = running;
  const testing = openTestingService(running);
  closers.push(() => testing.close());
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= close());

  function of<Thing>(things: ReadonlyMap<string, Thing>, host: string, what: string): Thing {
    const found = things.get(host);
    if (found !== undefined) return found;
    const { hosts } = running.production;
    if (!hosts.some(({ name }) => name === host)) throw noHost(host, hosts);
    throw new EngineError('NOT_FOUND', `${host} has no ${what} of the test's`);
  }

  async function sessions(): Promise<readonly number[]> {
    const all = await messages.messages({ limit: 10_000 });
    return [...new Set(all.map(({ sessionId }) => sessionId))].toSorted((a, b) => a - b);
  }

  return {
    running,
    messages,
    events,
    dataDirectory: running.dataDirectory,
    port: (host) => of(around.ports, host, 'port'),
    folder: (host) => of(around.folders, host, 'folder'),
    peer: (host) => of(around.peers, host, 'peer'),
    send: (files, how) => sendTo(running.production, around.ports, files, how),
    async sendMessage(target, what) {
      const given = typeof what === 'string' ? { file: resolve(what) } : { body: what };
      const asked = { by: 'test', target, timeout: 3_600_000, ...given };
      return (await testing.handlers['test-message']?.(asked)) as TestedMessage;
    },
    async receive(...answers) {
      const peer = await startTestPeer(...answers);
      closers.unshift(() => peer.close());
      return peer;
    },
    sessions,
    async completed(session) {
      for (;;) {
        const id = session ?? (await messages.lastSession());
        const all = id === undefined ? [] : await messages.session(id);
        if (all.length > 0 && all.every(({ header }) => isAtRest(header.status))) return all;
        await sleep(20);
      }
    },
    async idle() {
      for (;;) {
        const queues = await messages.queues();
        if (queues.every(({ queued, delivered }) => queued + delivered === 0)) return;
        await sleep(20);
      }
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function isAtRest(status: Message['header']['status']): boolean {
  return isFinished(status) || status === 'Suspended';
}
