import type { Database } from 'better-sqlite3';
import { diskError } from '../disk-error.ts';
import { readingCalls, RecordedError, type Calls } from './calls.ts';
import { failure, type Call, type Reply } from './wire.ts';

/**
 * Makes the function that runs all calls of a batch as one transaction and returns their replies once it is
 * committed. A call that fails undoes only itself; when the commit fails, every call of the batch has failed.
 */
export function groupCommit(
  database: Database,
  calls: Calls,
): (batch: readonly Call[]) => readonly Reply[] {
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

  function read(call: Call): Reply {
    try {
      return { id: call.id, result: run(call) };
    } catch (error) {
      return { id: call.id, error: failure(diskError(action, error)) };
    }
  }

  function write(call: Call): Reply {
    savepoint.run();
    try {
      const result = run(call);
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
      return { id: call.id, result: run(call) };
    } catch (error) {
      if (!(error instanceof RecordedError)) throw error;
      return { id: call.id, error: failure(error.error) };
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
            : write(call),
      );
      commit.run();
      return replies;
    } catch (error) {
      if (database.inTransaction) rollback.run();
      const reply = failure(diskError(action, error));
      return batch.map(({ id }) => ({ id, error: reply }));
    }
  };
}
