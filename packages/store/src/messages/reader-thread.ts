import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type { MessageReader } from '@consort/core';
import { codeOf, EngineError } from '@consort/core/record';
import { openMessageReader } from './open-message-reader.ts';
import { failure, type Call, type Reply } from './wire.ts';

/** What the thread is started with. */
export interface ReaderThreadData {
  readonly directory: string;
  readonly port: MessagePort;
}

// The entry of a thread that only reads: a long search holds up nobody but whoever else reads by it.
const { directory, port } = workerData as ReaderThreadData;

try {
  const reader = await openMessageReader(directory);
  port.on('message', (calls: readonly Call[]) => void answer(reader, calls));
  port.on('close', () => void reader.close());
  parentPort?.postMessage({ isOpen: true });
} catch (error) {
  parentPort?.postMessage({ error: failure(asEngineError(error)) });
  port.close();
}

async function answer(reader: MessageReader, calls: readonly Call[]): Promise<void> {
  for (const { id, method, args } of calls) {
    const reply: Reply = await (reader[method as keyof MessageReader] as Read)(...args).then(
      (result) => ({ id, result }),
      (error: unknown) => ({ id, error: failure(asEngineError(error)) }),
    );
    port.postMessage([reply]);
  }
}

type Read = (...args: readonly unknown[]) => Promise<unknown>;

function asEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  return new EngineError('STORE_UNAVAILABLE', `the record cannot be read: ${codeOf(error)}`);
}
