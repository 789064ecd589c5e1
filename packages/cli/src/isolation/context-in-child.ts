import type { Event } from '@consort/core';
import { errorOf, type PlainError } from './plain-error.ts';
import type { Beginning, FromChild } from './wire.ts';

/** What the handlers of a component's process are given. */
export interface ContextInChild {
  /** The context of the host, id 0, or of a handler. */
  contextOf(id: number, more: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /** What the host has said to a question. */
  answered(ask: number, value: unknown, error: PlainError | undefined): void;
  abort(id: number): void;
  /** A handler is over. */
  end(id: number): void;
  /** Asks the host. */
  ask(id: number, method: string, ...args: readonly unknown[]): Promise<unknown>;
}

/** Makes the contexts of a process: each call that has a result is a question to the host. */
export function contextInChild(
  tell: (message: FromChild) => void,
  { host, production, settings, origins }: Beginning,
): ContextInChild {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const aborts = new Map<number, AbortController>([[0, new AbortController()]]);
  let asked = 0;

  function ask(id: number, method: string, ...args: readonly unknown[]): Promise<unknown> {
    const answer = Promise.withResolvers<unknown>();
    waiting.set(++asked, answer);
    tell({ type: 'ask', ask: asked, id, method, args });
    return answer.promise;
  }

  return {
    ask,

    contextOf(id, more) {
      const abort = aborts.get(id) ?? new AbortController();
      aborts.set(id, abort);
      const asking =
        (method: string) =>
        (...args: readonly unknown[]) =>
          ask(id, method, ...args);
      return {
        host,
        production,
        settings,
        signal: abort.signal,
        origin: (setting: string) => origins[setting] ?? origins[''] ?? host,
        log: (event: Event) => tell({ type: 'log', id, event }),
        sendRequestSync: asking('sendRequestSync'),
        sendRequestAsync: asking('sendRequestAsync'),
        sendDeferredResponse: asking('sendDeferredResponse'),
        deferResponse: asking('deferResponse'),
        setTimer: asking('setTimer'),
        reply: asking('reply'),
        record: { images: asking('record.images'), legs: asking('record.legs') },
        // Nobody waits for it; it is noted before whatever this handler says next.
        delivered: (receipt: unknown) => void ask(id, 'delivered', receipt).catch(() => undefined),
        ...more,
      };
    },

    answered(number, value, error) {
      const answer = waiting.get(number);
      waiting.delete(number);
      if (error) answer?.reject(errorOf(error));
      else answer?.resolve(value);
    },

    abort: (id) => aborts.get(id)?.abort(),
    end: (id) => void aborts.delete(id),
  };
}
