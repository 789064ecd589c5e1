import { fork } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import { EngineError, type Event, type Isolation, type Measure } from '@consort/core';
import { ChildEnded } from '../children/count-ends.ts';
import { killGroup, type Child } from '../children/keep-child.ts';
import { errorOf, plainError } from './plain-error.ts';
import type { Beginning, FromChild, Handler, ToChild } from './wire.ts';

/** What a handler of a component's process is given by its host. */
export interface Calling {
  /** Does what the context is asked; rejects with the context's own error. */
  ask(method: string, args: readonly unknown[]): Promise<unknown>;
  log(event: Event): void;
  /** Of the handler. */
  readonly signal: AbortSignal;
}

/** A handler that runs, or the generator that it returned. */
export interface RunningCall {
  /** What it came to first. */
  readonly result: Promise<CallResult>;
  step(verb: 'next' | 'return'): Promise<CallResult>;
  /** Nothing more is wanted of it. */
  end(): void;
}

/** What it returned, and what its instance is now. */
export interface CallResult {
  readonly value?: unknown;
  readonly instance?: unknown;
}

/** The process of a component, ready. */
export interface ComponentProcess extends Child {
  readonly detail: string | undefined;
  connections(): readonly unknown[];
  measures(): readonly Measure[];
  call(
    call: { handler: Handler; first: unknown; request: unknown; instance: unknown },
    calling: Calling,
  ): RunningCall;
}

/** Milliseconds to load a component and run its `onInit`. */
const startPatience = 60_000;

/**
 * Starts the process of a component and waits until `onInit` has returned.
 * @param own what is done for the context of the host itself
 * @throws EngineError CHILD_NOT_STARTED, and what `onInit` threw
 */
export async function startComponentProcess(
  beginning: Beginning,
  { memory, silence }: Isolation,
  own: Calling,
): Promise<ComponentProcess> {
  const child = fork(new URL('./component-process.ts', import.meta.url), {
    // A group of its own, which can be ended with all that it has started.
    detached: true,
    serialization: 'advanced',
    execArgv: [`--max-old-space-size=${memory}`],
    env: { ...process.env, NODE_COMPILE_CACHE: getCompileCacheDir() },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = Promise.withResolvers<string>();
  const started = Promise.withResolvers<string | undefined>();
  const tornDown = Promise.withResolvers<void>();
  const calls = new Map<number, { calling: Calling; waiting?: PromiseWithResolvers<CallResult> }>();
  calls.set(0, { calling: own });
  let last = 0;
  let silent = 0;
  let hasWorked = false;
  let why: string | undefined;
  let pulse: Extract<FromChild, { type: 'pulse' }> | undefined;

  const tell = (message: ToChild) => {
    // One that is gone is known by its end.
    if (child.connected) child.send(message, undefined, undefined, () => undefined);
  };

  function kill(reason: string): void {
    why ??= reason;
    killGroup(child.pid);
  }

  child.on('error', (error) => kill(error.message));
  child.once('exit', (code, signal) => {
    clearInterval(watch);
    killGroup(child.pid);
    const reason =
      why ??
      (signal ? `it was ended by ${signal}${hint(signal)}` : `it ended with exit code ${code}`);
    started.reject(notStarted(beginning, reason));
    tornDown.resolve();
    ended.resolve(reason);
    for (const { waiting } of calls.values())
      waiting?.reject(new ChildEnded(reason, calls.size - 1));
    calls.clear();
  });
  // What keeps this thread from looking keeps it from hearing too: no look counts for more than two.
  let looked = performance.now();
  const watch = setInterval(() => {
    silent += Math.min(performance.now() - looked, 2_000);
    looked = performance.now();
    const limit = pulse ? silence : startPatience;
    if (silent > limit) {
      kill(
        pulse ? `its event loop was blocked for ${silence / 1_000} s` : 'it was not ready in time',
      );
    }
  }, 1_000);

  child.on('message', (message: FromChild) => {
    if (message.type === 'pulse') [pulse, silent] = [message, 0];
    if (message.type === 'ready') started.resolve(message.detail);
    if (message.type === 'failed') {
      started.reject(errorOf(message.error));
      tornDown.reject(errorOf(message.error));
    }
    if (message.type === 'tornDown') tornDown.resolve();
    if (message.type === 'log') (calls.get(message.id)?.calling ?? own).log(message.event);
    if (message.type === 'ask') void answer(message);
    if (message.type === 'done') {
      const { waiting } = calls.get(message.id) ?? {};
      hasWorked = true;
      if (message.error) waiting?.reject(errorOf(message.error));
      else waiting?.resolve(message);
    }
  });
  tornDown.promise.catch(() => undefined);

  async function answer({ ask, id, method, args }: Extract<FromChild, { type: 'ask' }>) {
    try {
      const calling = calls.get(id)?.calling;
      if (!calling)
        throw new EngineError('HANDLER_FAILED', `${method} was called by a handler that is over`);
      tell({ type: 'answer', ask, value: await calling.ask(method, args) });
    } catch (error) {
      tell({ type: 'answer', ask, error: plainError(error) });
    }
  }

  const onEnd = () => tell({ type: 'abort', id: 0 });
  own.signal.addEventListener('abort', onEnd, { once: true });
  let detail: string | undefined;
  try {
    tell(beginning);
    detail = await started.promise;
  } catch (error) {
    kill('it could not be started');
    await ended.promise;
    throw error;
  }

  return {
    ended: ended.promise,
    hasWorked: () => hasWorked,
    detail,
    connections: () => pulse?.connections ?? [],
    measures: () => pulse?.measures ?? [],

    call({ handler, first, request, instance }, calling) {
      const id = ++last;
      const abort = () => tell({ type: 'abort', id });
      const wait = () => {
        const waiting = Promise.withResolvers<CallResult>();
        waiting.promise.catch(() => undefined);
        if (child.exitCode === null && child.signalCode === null)
          calls.set(id, { calling, waiting });
        else waiting.reject(new ChildEnded('it had ended already', Infinity));
        return waiting.promise;
      };
      const result = wait();
      tell({ type: 'call', id, handler, first, request, instance });
      if (calling.signal.aborted) abort();
      calling.signal.addEventListener('abort', abort, { once: true });
      return {
        result,
        step(verb) {
          const next = wait();
          tell({ type: 'step', id, verb });
          return next;
        },
        end() {
          calling.signal.removeEventListener('abort', abort);
          calls.delete(id);
          tell({ type: 'end', id });
        },
      };
    },

    async stop(grace) {
      own.signal.removeEventListener('abort', onEnd);
      tell({ type: 'tearDown' });
      const timer = setTimeout(() => kill('it did not end in time'), grace);
      try {
        await tornDown.promise;
      } finally {
        clearTimeout(timer);
        kill('it was stopped');
        await ended.promise;
      }
    },
  };
}

function notStarted({ host }: Beginning, reason: string): EngineError {
  return new EngineError(
    'CHILD_NOT_STARTED',
    `the child process of ${host} did not start: ${reason}`,
  );
}

/** What V8 does when its memory is used up. */
function hint(signal: NodeJS.Signals): string {
  return signal === 'SIGABRT' ? ', as when its memory is used up; see isolationLimits' : '';
}
