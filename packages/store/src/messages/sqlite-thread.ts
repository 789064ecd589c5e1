import {
  parentPort,
  receiveMessageOnPort,
  workerData,
  type MessagePort,
} from 'node:worker_threads';
import { EngineError } from '@consort/core';
import { diskError } from '../disk-error.ts';
import { alerts } from './alerts.ts';
import { audits } from './audit.ts';
import type { Calls } from './calls.ts';
import { claims } from './claims.ts';
import { deadlines } from './deadlines.ts';
import { deferrals } from './deferrals.ts';
import { finishes } from './finishes.ts';
import { groupCommit } from './group-commit.ts';
import { instances } from './instances.ts';
import { forgetLog, witnessLog } from './log-witness.ts';
import { measurements } from './measurements.ts';
import { notes } from './notes.ts';
import { databaseFile, openDatabase, type Upgrade } from './open-database.ts';
import { operators } from './operators.ts';
import { purges } from './purges.ts';
import { noticingOtherContent } from './other-content.ts';
import { partialAnswers } from './partial-answers.ts';
import { readings } from './readings.ts';
import { receipts } from './receipts.ts';
import { noticingReturnedImages } from './returned-images.ts';
import { savedSearches } from './saved-searches.ts';
import { sends } from './sends.ts';
import { tracedLegs } from './traced-legs.ts';
import { openWalSync } from './wal-sync.ts';
import { failure, type Call, type Failure, type Reply } from './wire.ts';

/** What the thread is told. */
export type ToStoreThread =
  { readonly type: 'connect'; readonly port: MessagePort } | { readonly type: 'close' };

/** What the thread tells. */
export type FromStoreThread =
  | { readonly type: 'open'; readonly upgrade?: Upgrade }
  | { readonly type: 'failed'; readonly error: Failure };

/** What the thread is started with. */
export interface StoreThreadData {
  readonly directory: string;
}

// The entry of the thread that owns the connection: SQLite waits for the disk, and nothing else waits with it.
const { directory } = workerData as StoreThreadData;
const file = databaseFile(directory);
const tell = (message: FromStoreThread) => parentPort?.postMessage(message);

try {
  tell({ type: 'open', ...(await serve()) });
} catch (error) {
  tell({
    type: 'failed',
    error: failure(diskError(`cannot open the message store ${file}`, error)),
  });
  parentPort?.close();
}

async function serve(): Promise<{ readonly upgrade?: Upgrade }> {
  const { database, ...opened } = await openDatabase(directory);
  const wal = openWalSync(`${file}-wal`);
  await wal.flush();
  witnessLog(file);
  // First: its triggers belong to every statement that is prepared after them.
  const measured = measurements(database);
  const calls: Calls = {
    ...measured,
    ...readings(database),
    ...noticingReturnedImages(database, noticingOtherContent(database, sends(database))),
    ...partialAnswers(database),
    ...claims(database),
    ...finishes(database),
    ...instances(database),
    ...deadlines(database),
    ...deferrals(database),
    ...operators(database),
    ...purges(database),
    ...receipts(database),
    ...notes(database),
    ...tracedLegs(database),
    ...alerts(database),
    ...audits(database),
    ...savedSearches(database),
  };
  const runBatch = groupCommit(database, calls);
  const ports = new Set<MessagePort>();
  const arrived = new Map<MessagePort, Call[]>();
  let broken: EngineError | undefined;
  let isScheduled = false;

  function arrive(port: MessagePort, sent: readonly Call[]): void {
    const waiting = arrived.get(port);
    if (waiting) waiting.push(...sent);
    else arrived.set(port, [...sent]);
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(runArrived);
  }

  /** Everything that has come in by now is one transaction. */
  function runArrived(): void {
    isScheduled = false;
    for (const port of ports) {
      for (let more = next(port); more; more = next(port)) {
        arrived.set(port, [...(arrived.get(port) ?? []), ...more]);
      }
    }
    const work = [...arrived].map(([port, sent]) => ({
      port,
      calls: sent.filter(({ method }) => method !== 'flush'),
      flushes: sent.filter(({ method }) => method === 'flush'),
    }));
    arrived.clear();
    const replies = answers(work.flatMap((from) => from.calls));
    let first = 0;
    for (const {
      port,
      calls: { length },
      flushes,
    } of work) {
      if (length > 0) port.postMessage(replies.slice(first, (first += length)));
      if (flushes.length > 0) void flush(port, flushes);
    }
  }

  function answers(batch: readonly Call[]): readonly Reply[] {
    if (batch.length === 0) return [];
    if (!broken) return runBatch(batch);
    const error = failure(broken);
    return batch.map(({ id }) => ({ id, error }));
  }

  async function flush(port: MessagePort, flushes: readonly Call[]): Promise<void> {
    try {
      if (!broken) await wal.flush();
    } catch (error) {
      // The kernel may have dropped what it could not write, and would report the next sync as good.
      broken ??= new EngineError(
        'STORE_UNAVAILABLE',
        `cannot sync ${file}-wal (${String((error as { code?: unknown }).code)}): what is recorded may not be on disk; ` +
          'mend the disk and start the production again',
      );
    }
    const reply = broken ? { error: failure(broken) } : {};
    port.postMessage(flushes.map(({ id }): Reply => ({ id, ...reply })));
  }

  function connect(port: MessagePort): void {
    ports.add(port);
    port.on('message', (sent: readonly Call[]) => arrive(port, sent));
    port.on('close', () => {
      ports.delete(port);
      arrived.delete(port);
    });
  }

  async function close(): Promise<void> {
    runArrived();
    await wal.close();
    for (const port of ports) port.close();
    forgetLog(file);
    database.close();
    parentPort?.close();
  }

  parentPort?.on('message', (message: ToStoreThread) => {
    if (message.type === 'connect') connect(message.port);
    else void close();
  });
  return opened;
}

function next(port: MessagePort): readonly Call[] | undefined {
  return receiveMessageOnPort(port)?.message as readonly Call[] | undefined;
}
