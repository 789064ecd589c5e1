import type { Database } from 'better-sqlite3';
import { diskError } from '../disk-error.ts';
import type { Assigned, Assignments } from './assignments.ts';
import { readingCalls, RecordedError, type Calls } from './calls.ts';
import { failure, type Call, type Reply } from './wire.ts';

/** What came of a batch. */
export interface Done<Client> {
  readonly replies: readonly Reply[];
  readonly assigned: readonly Assigned<Client>[];
}

/**
 * Makes the function that runs all calls of a batch as one transaction, claims at its end what is assigned to somebody,
 * and returns both once it is committed. A call that fails undoes only itself; when the commit fails, every call of the
 * batch has failed.
 */
export function groupCommit<Client>(
  database: Database,
  calls: Calls,
  assignments: Assignments<Client>,
): (batch: readonly Call[]) => Done<Client> {
  const begin = database.prepare('BEGIN');
  const beginToWrite = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const rollback = database.prepare('ROLLBACK');
  const savepoint = database.prepare('SAVEPOINT call');
  const release = database.prepare('RELEASE call');
  const undo = database.prepare('ROLLBACK TO call');
  const action = `cannot use the message store ${database.name}`;

  function run({ method, args }: Call): unknown {
    const call = calls[method as keyof Calls] as (...values: readonly unknown[]) => unknown;
    return call(...args);
  }

  function write(call: Call): unknown {
    const result = run(call);
    assignments.ran(call, result);
    return result;
  }

  function read(call: Call): Reply {
    try {
      return { id: call.id, result: run(call) };
    } catch (error) {
      return { id: call.id, error: failure(diskError(action, error)) };
    }
  }

  function writeOne(call: Call): Reply {
    savepoint.run();
    try {
      const result = write(call);
      release.run();
      return { id: call.id, result };
    } catch (error) {
      // On a full disk SQLite may have undone the whole transaction: then the whole batch has failed.
      if (!database.inTransaction) throw error;
      const isRecorded = error instanceof RecordedError;
      if (!isRecorded) undo.run();
      release.run();
      return { id: call.id, error: failure(isRecorded ? error.error : diskError(action, error)) };
    }
  }

  /** Alone in its transaction a call needs no savepoint: what it did is undone with the transaction. */
  function writeAlone(call: Call): Reply {
    try {
      return { id: call.id, result: write(call) };
    } catch (error) {
      if (!(error instanceof RecordedError)) throw error;
      return { id: call.id, error: failure(error.error) };
    }
  }

  /** What cannot be claimed now is left to the jobs. */
  function assign(): readonly Assigned<Client>[] {
    if (!assignments.isDue()) return [];
    savepoint.run();
    try {
      const assigned = assignments.claim();
      release.run();
      return assigned;
    } catch (error) {
      if (!database.inTransaction) throw error;
      undo.run();
      release.run();
      return [];
    }
  }

  return (batch) => {
    const isReading = batch.every(({ method }) => readingCalls.has(method));
    try {
      (isReading ? begin : beginToWrite).run();
      const replies = batch.map((call) =>
        readingCalls.has(call.method)
          ? read(call)
          : batch.length === 1
            ? writeAlone(call)
            : writeOne(call),
      );
      const assigned = isReading ? [] : assign();
      commit.run();
      return { replies, assigned };
    } catch (error) {
      if (database.inTransaction) rollback.run();
      const reply = failure(diskError(action, error));
      return { replies: batch.map(({ id }) => ({ id, error: reply })), assigned: [] };
    }
  };
}
