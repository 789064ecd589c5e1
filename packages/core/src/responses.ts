import { EngineError, PermanentError } from './errors.ts';
import type { MessageStore } from './message-store.ts';
import type { Message } from './message.ts';
import { machineTime, type Time } from './time.ts';
import type { Transport } from './transport.ts';

/** Waits for the responses to requests, for all handlers of a thread. */
export interface Responses {
  /**
   * Resolves with the response to a request once the record has it.
   * @param timeout milliseconds; Infinity is for ever
   * @throws EngineError REQUEST_TIMEOUT (a response that comes later is Discarded), STOPPING
   */
  wait(requestId: number, timeout: number, signal: AbortSignal): Promise<Message>;
  /**
   * Calls back whenever something may be new about the answers to a request that this thread is answering: at every
   * hint, and once a second.
   * @returns what ends that
   */
  watch(requestId: number, look: () => void): () => void;
  /** Looks for the response to a request now, if anybody in this thread waits for it; says whether somebody does. */
  look(requestId: number): boolean;
  close(): void;
}

/** The error of a wait that took too long: for the caller, for good. */
export function timedOut(requestId: number, timeout: number): EngineError {
  return new PermanentError(
    'REQUEST_TIMEOUT',
    `message ${requestId} had no response within ${timeout / 1000} s`,
  );
}

/**
 * A hint says that a response may be there; the record alone is believed. Hints can be lost with Redis,
 * so once a second everything still waited for is looked up.
 */
export function waitForResponses(
  messages: MessageStore,
  transport: Transport,
  time: Time = machineTime,
): Responses {
  const waiting = new Map<number, () => void>();
  const watched = new Map<number, () => void>();
  const look = (requestId: number) => {
    const lookUp = waiting.get(requestId);
    lookUp?.();
    return lookUp !== undefined;
  };
  transport.onHint((requestId) => {
    look(requestId);
    watched.get(requestId)?.();
  });
  const fallback = setInterval(() => {
    for (const id of waiting.keys()) look(id);
    for (const lookAgain of watched.values()) lookAgain();
  }, 1000);
  fallback.unref();

  return {
    wait: (requestId, timeout, signal) =>
      new Promise<Message>((resolve, reject) => {
        const end = (settle: () => void) => {
          waiting.delete(requestId);
          takeBack?.();
          signal.removeEventListener('abort', stop);
          settle();
        };
        const stop = () =>
          end(() =>
            reject(
              new EngineError(
                'STOPPING',
                `stopped while waiting for the response to message ${requestId}`,
              ),
            ),
          );
        const lookUp = () => {
          messages.takeResponse(requestId).then(
            (response) => {
              if (response && waiting.has(requestId)) end(() => resolve(response));
            },
            () => undefined, // The next look, at the latest in a second, asks again.
          );
        };
        const takeBack =
          timeout === Infinity
            ? undefined
            : time.after(timeout, () => {
                const late = () => end(() => reject(timedOut(requestId, timeout)));
                messages.timeOut(requestId).then((response) => {
                  if (response) end(() => resolve(response));
                  else late();
                }, late);
              });
        if (signal.aborted) return stop();
        signal.addEventListener('abort', stop, { once: true });
        waiting.set(requestId, lookUp);
      }),
    watch(requestId, lookAgain) {
      watched.set(requestId, lookAgain);
      return () => watched.delete(requestId);
    },
    look,
    close: () => clearInterval(fallback),
  };
}
