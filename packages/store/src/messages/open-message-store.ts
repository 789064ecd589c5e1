import Database from 'better-sqlite3';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { MessageStore } from '@consort/core';
import { EngineError } from '@consort/core/record';
import { connectMessageStore } from './connect-message-store.ts';
import type { FromStoreThread, StoreThreadData, ToStoreThread } from './sqlite-thread.ts';
import type { Upgrade } from './upgrade.ts';
import { errorFrom } from './wire.ts';

/** A message store that this thread has opened; `close` closes it for every thread. */
export interface OpenMessageStore extends MessageStore {
  /** A new connection to the store, to be transferred to another thread: see `connectMessageStore`. */
  port(): MessagePort;
  /** What was done when it was opened, where an older version had written it. */
  readonly upgrade?: Upgrade;
}

/**
 * Opens the record of a data directory, SQLite in `messages.db`, on a thread of its own; makes it where there is none.
 * @throws EngineError STORE_UNAVAILABLE (with the file), STORE_TOO_NEW, DISK_FULL
 */
export async function openMessageStore(directory: string): Promise<OpenMessageStore> {
  // A thread that ends takes SQLite's library with it unless another has it loaded, and its last finalizers are in there.
  new Database(':memory:').close();
  const worker = new Worker(new URL('./sqlite-thread.ts', import.meta.url), {
    workerData: { directory } satisfies StoreThreadData,
    name: 'message store',
  });
  const ended = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<Upgrade | undefined>();
  worker.on('message', (message: FromStoreThread) => {
    if (message.type === 'open') opened.resolve(message.upgrade);
    else opened.reject(errorFrom(message.error));
  });
  worker.on('error', (error) => opened.reject(threadEnded(directory, error)));
  worker.on('exit', () => {
    opened.reject(threadEnded(directory, undefined));
    ended.resolve();
  });
  const upgrade = await opened.promise.catch(async (error: unknown) => {
    await ended.promise;
    throw error;
  });
  worker.unref();

  function port(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    worker.postMessage({ type: 'connect', port: port1 } satisfies ToStoreThread, [port1]);
    return port2;
  }

  const store = connectMessageStore(port());
  return {
    ...store,
    port,
    ...(upgrade ? { upgrade } : {}),
    async close() {
      await store.close();
      worker.ref();
      worker.postMessage({ type: 'close' } satisfies ToStoreThread);
      await ended.promise;
    },
  };
}

/**
 * A new connection to a store that this thread has opened, to be transferred to another thread.
 * @throws EngineError STORE_UNAVAILABLE when the store was not opened by `openMessageStore`
 */
export function messageStorePort(store: MessageStore): MessagePort {
  if ('port' in store && typeof store.port === 'function')
    return (store as OpenMessageStore).port();
  throw new EngineError(
    'STORE_UNAVAILABLE',
    'cannot share a message store with another thread: only one that openMessageStore has opened here has ports',
  );
}

function threadEnded(directory: string, cause: unknown): EngineError {
  const reason = cause instanceof Error ? cause.message : 'no reason given';
  return new EngineError(
    'STORE_UNAVAILABLE',
    `the thread of the message store in ${directory} ended: ${reason}`,
    { cause },
  );
}
