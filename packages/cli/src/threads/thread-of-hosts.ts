import type { MessagePort } from 'node:worker_threads';
import { Worker } from 'node:worker_threads';
import {
  EngineError,
  type Connections,
  type ErrorCode,
  type Event,
  type MeasuresOfHosts,
  type Variables,
} from '@consort/core';

/** What a thread needs to run hosts. */
export interface ThreadData {
  /** Of the file, its variables and the code of its components: one that a thread has loaded is what it was then. */
  readonly version: number;
  readonly file: string;
  /** What the production file held when it was checked: it may have been edited since. */
  readonly bytes: Uint8Array;
  readonly hostNames: readonly string[];
  readonly productionId: string;
  readonly dataDirectory: string;
  readonly redisUrl: string;
  readonly prefix: string;
  /** New for every start of a thread: what the last one held can be told from what this one holds. */
  readonly owner: string;
  /** What `${VAR}` in the file stood for then. */
  readonly env: Variables;
  readonly storePort: MessagePort;
}

export type ToThread =
  | { readonly type: 'stop'; readonly grace: number }
  | { readonly type: 'connections'; readonly id: number }
  | { readonly type: 'change'; readonly id: number; readonly change: HostChange }
  | ({ readonly type: 'update'; readonly id: number } & NewVersion);

/** Another version of the production, and the hosts of a thread from then on. */
export type NewVersion = Pick<ThreadData, 'version' | 'file' | 'bytes' | 'env' | 'hostNames'>;

/** What is to become of one host while the others run on. */
export type HostChange =
  | { readonly verb: 'start'; readonly name: string }
  | { readonly verb: 'stop'; readonly name: string; readonly grace: number }
  | {
      readonly verb: 'disable';
      readonly name: string;
      readonly grace: number;
      readonly by: string;
      readonly reason?: string;
    };

export type FromThread =
  | { readonly type: 'running' }
  | { readonly type: 'stopped' }
  | { readonly type: 'connections'; readonly id: number; readonly connections: Connections }
  | { readonly type: 'changed'; readonly id: number; readonly error?: PlainError }
  | { readonly type: 'event'; readonly event: Event }
  | ({ readonly type: 'pulse' } & Pulse)
  | ({ readonly type: 'failed' } & PlainError);

/** An error on its way between threads. */
export interface PlainError {
  readonly code: ErrorCode;
  readonly text: string;
  /** Of what was thrown first: where to look for it. */
  readonly stack?: string;
}

/** What a thread says of itself each second: how late its event loop was, in milliseconds, and what its hosts have counted. */
export interface Pulse {
  readonly lagP99: number;
  readonly lagMax: number;
  readonly measures: MeasuresOfHosts;
}

/** What a thread reports while it runs. */
export interface ThreadReports {
  event(event: Event): void;
  pulse(hostNames: readonly string[], pulse: Pulse): void;
}

/** A thread whose hosts run. */
export interface ThreadOfHosts {
  /** Resolves when the thread has ended: with the reason when nobody asked it to. */
  readonly ended: Promise<string | undefined>;
  /** Who is connected to its hosts at this moment. @throws EngineError THREAD_ENDED */
  connections(): Promise<Connections>;
  /** Changes one of its hosts. @throws EngineError what the host refused with, THREAD_ENDED */
  change(change: HostChange): Promise<void>;
  /** Goes on with another version of the production. @throws EngineError of a host that could not start, THREAD_ENDED */
  update(version: NewVersion): Promise<void>;
  /** Stops its hosts; a thread that does not end in `grace` milliseconds and a little is terminated. */
  stop(grace: number): Promise<void>;
}

/**
 * In MB. What a socket reads is garbage as soon as it is written, and V8 lets 64 MB of it stand before it looks;
 * a small young generation is looked through long before.
 */
const youngGeneration = 4;

/**
 * Starts a thread and its hosts; resolves when all of them run.
 * @param giveUp ends a start that takes too long to be waited for
 * @throws EngineError of the host that could not start
 */
export async function startThreadOfHosts(
  data: ThreadData,
  reports: ThreadReports,
  giveUp: AbortSignal,
): Promise<ThreadOfHosts> {
  const worker = new Worker(new URL('./host-thread.ts', import.meta.url), {
    workerData: data,
    transferList: [data.storePort],
    name: data.hostNames.join(' ').slice(0, 60),
    resourceLimits: { maxYoungGenerationSizeMb: youngGeneration },
  });
  const running = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<string | undefined>();
  let isStopping = false;
  let failure: string | undefined;
  const changes = new Map<number, PromiseWithResolvers<Connections>>();
  let lastChange = 0;
  let { hostNames } = data;

  worker.on('message', (message: FromThread) => {
    if (message.type === 'event') reports.event(message.event);
    if (message.type === 'pulse') reports.pulse(hostNames, message);
    if (message.type === 'running') running.resolve();
    if (message.type === 'connections') settle(message.id, undefined, message.connections);
    if (message.type === 'changed') settle(message.id, message.error);
    if (message.type === 'failed') running.reject(errorOf(message));
  });
  worker.on('error', (error: unknown) => {
    failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
  });
  worker.on('exit', (code) => {
    const reason = failure ?? `it ended with code ${code}`;
    running.reject(
      new EngineError('THREAD_ENDED', `the thread of ${hostNames.join(', ')} ended: ${reason}`),
    );
    for (const id of changes.keys()) settle(id, { code: 'THREAD_ENDED', text: reason });
    ended.resolve(isStopping ? undefined : reason);
  });
  const terminate = () => void worker.terminate();
  giveUp.addEventListener('abort', terminate);
  if (giveUp.aborted) terminate();
  await running.promise.finally(() => giveUp.removeEventListener('abort', terminate));

  function settle(id: number, error: PlainError | undefined, connections: Connections = {}): void {
    const waiting = changes.get(id);
    changes.delete(id);
    if (error) waiting?.reject(errorOf(error));
    else waiting?.resolve(connections);
  }

  function ask(build: (id: number) => ToThread): Promise<Connections> {
    const waiting = Promise.withResolvers<Connections>();
    changes.set(++lastChange, waiting);
    worker.postMessage(build(lastChange));
    return waiting.promise;
  }

  return {
    ended: ended.promise,
    connections: () => ask((id) => ({ type: 'connections', id })),
    async change(change) {
      await ask((id) => ({ type: 'change', id, change }));
    },
    async update(version) {
      hostNames = version.hostNames;
      await ask((id) => ({ type: 'update', id, ...version }));
    },
    async stop(grace) {
      isStopping = true;
      worker.postMessage({ type: 'stop', grace } satisfies ToThread);
      const timer = setTimeout(() => void worker.terminate(), grace + 15_000);
      await ended.promise;
      clearTimeout(timer);
    },
  };
}

function errorOf({ code, text, stack }: PlainError): EngineError {
  const cause = stack === undefined ? undefined : Object.assign(new Error(text), { stack });
  return new EngineError(code, text, { cause });
}
