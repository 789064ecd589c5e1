import { MessageChannel, Worker } from 'node:worker_threads';
import type { MessageReader } from '@consort/core';
import { EngineError } from '@consort/core/record';
import { connectMessageStore } from './connect-message-store.ts';
import type { ReaderThreadData } from './reader-thread.ts';
import { errorFrom, type Failure } from './wire.ts';

/**
 * The record of a data directory for reading, on a thread of its own that begins with the first call: what searches
 * long holds up neither the production nor whoever asks. A thread that ends is started again by the next call.
 * Each call may throw what `openMessageReader` does.
 */
export function openReaderThread(directory: string): MessageReader {
  let opening: Promise<Opened> | undefined;
  let isClosed = false;

  function opened(): Promise<Opened> {
    if (isClosed) return Promise.reject(closed());
    opening ??= open(directory, () => (opening = undefined)).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  const reader = new Proxy({} as MessageReader, {
    get(_target, name) {
      if (name === 'then') return undefined;
      if (name === 'close') return close;
      return async (...args: readonly unknown[]) => {
        const { reader: inThread } = await opened();
        return (inThread[name as keyof MessageReader] as Read)(...args);
      };
    },
  });

  async function close(): Promise<void> {
    isClosed = true;
    const last = await opening?.catch(() => undefined);
    await last?.close();
  }
  return reader;
}

type Read = (...args: readonly unknown[]) => Promise<unknown>;

interface Opened {
  readonly reader: MessageReader;
  close(): Promise<void>;
}

async function open(directory: string, onEnd: () => void): Promise<Opened> {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(new URL('./reader-thread.ts', import.meta.url), {
    workerData: { directory, port: port2 } satisfies ReaderThreadData,
    transferList: [port2],
    name: 'message reader',
  });
  const ready = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  worker.on('message', (told: { readonly error?: Failure }) => {
    if (told.error) ready.reject(errorFrom(told.error));
    else ready.resolve();
  });
  worker.on('error', () => ready.reject(closed()));
  worker.on('exit', () => {
    ready.reject(closed());
    onEnd();
    ended.resolve();
  });
  try {
    await ready.promise;
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  worker.unref();
  const reader = connectMessageStore(port1);
  return {
    reader,
    async close() {
      await reader.close();
      worker.ref();
      await ended.promise;
    },
  };
}

function closed(): EngineError {
  return new EngineError('STORE_UNAVAILABLE', 'the thread that reads the record has ended');
}
