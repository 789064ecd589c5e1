import {
  parentPort,
  receiveMessageOnPort,
  workerData,
  type MessagePort,
} from 'node:worker_threads';
import type { MessageStore } from '@consort/core';
import { EngineError } from '@consort/core/record';
import { diskError } from '../disk-error.ts';
import { alerts } from './alerts.ts';
import { openAssignments } from './assignments.ts';
import { audits } from './audit.ts';
import type { Calls } from './calls.ts';
import { claims } from './claims.ts';
import { deadlines } from './deadlines.ts';
import { deferrals } from './deferrals.ts';
import { finishes } from './finishes.ts';
import { groupCommit, type Done } from './group-commit.ts';
import { instances } from './instances.ts';
import { forgetLog, witnessLog } from './log-witness.ts';
import { measurements } from './measurements.ts';
import { notes } from './notes.ts';
import { databaseFile, openDatabase } from './open-database.ts';
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
import type { Upgrade } from './upgrade.ts';
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
  const assignments = openAssignments<MessagePort>(database, calls);
  const runBatch = groupCommit(database, calls, assignments);
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
    const sent = [...arrived];
    arrived.clear();
    for (const [port, ofPort] of sent) for (const call of ofPort) noteAssignment(port, call);
    const { replies, assigned } = run(sent.flatMap(([, ofPort]) => ofPort.filter(isRun)));
    const posts = new Map<MessagePort, Reply[]>();
    let first = 0;
    for (const [port, ofPort] of sent) {
      const { length } = ofPort.filter(isRun);
      if (length > 0) posts.set(port, replies.slice(first, (first += length)));
      const flushes = ofPort.filter(({ method }) => method === 'flush');
      if (flushes.length > 0) void flush(port, flushes);
    }
    for (const { assignment, message } of assigned) {
      const { client, id } = assignment;
      const post = posts.get(client) ?? [];
      posts.set(client, post);
      post.push({ id, assigned: message });
    }
    for (const [port, post] of posts) port.postMessage(post);
  }

  function noteAssignment(client: MessagePort, { id, method, args }: Call): void {
    if (method === 'unassign') return assignments.end(client, id);
    if (method !== 'assign') return;
    const [host, limits, owner] = args as Parameters<MessageStore['assign']>;
    assignments.begin({ client, id, host, ...limits, owner });
  }

  function run(batch: readonly Call[]): Done<MessagePort> {
    if (batch.length === 0) return { replies: [], assigned: [] };
    if (!broken) return runBatch(batch);
    const error = failure(broken);
    return { replies: batch.map(({ id }) => ({ id, error })), assigned: [] };
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
      assignments.end(port);
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

/** What is done in the transaction of its batch. */
function isRun({ method }: Call): boolean {
  return method !== 'flush' && method !== 'assign' && method !== 'unassign';
}

function next(port: MessagePort): readonly Call[] | undefined {
  return receiveMessageOnPort(port)?.message as readonly Call[] | undefined;
}
