import { EngineError } from './errors.ts';
import type { MessageStore } from './message-store.ts';
import type { Message } from './message.ts';
import type { Transport } from './transport.ts';

/** Waits for the responses to requests, for all handlers of a thread. */
export interface Responses {
  /**
   * Resolves with the response to a request once the record has it.
   * @param timeout milliseconds; Infinity is for ever
   * @throws EngineError REQUEST_TIMEOUT, STOPPING
   */
  wait(requestId: number, timeout: number, signal: AbortSignal): Promise<Message>;
  close(): void;
}

/**
 * A hint says that a response may be there; the record alone is believed. Hints can be lost with Redis,
 * so once a second everything still waited for is looked up.
 */
export function waitForResponses(messages: MessageStore, transport: Transport): Responses {
  const waiting = new Map<number, () => void>();
  transport.onHint((requestId) => waiting.get(requestId)?.());
  const fallback = setInterval(() => {
    for (const look of waiting.values()) look();
  }, 1000);
  fallback.unref();

  return {
    wait: (requestId, timeout, signal) =>
      new Promise<Message>((resolve, reject) => {
        const end = (settle: () => void) => {
          waiting.delete(requestId);
          clearTimeout(timer);
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
        const look = () => {
          messages.takeResponse(requestId).then(
            (response) => {
              if (response && waiting.has(requestId)) end(() => resolve(response));
            },
            () => undefined, // The next look, at the latest in a second, asks again.
          );
        };
        const timer =
          timeout === Infinity
            ? undefined
            : setTimeout(
                () =>
                  end(() =>
                    reject(
                      new EngineError(
                        'REQUEST_TIMEOUT',
                        `message ${requestId} had no response within ${timeout / 1000} s`,
                      ),
                    ),
                  ),
                timeout,
              );
        if (signal.aborted) return stop();
        signal.addEventListener('abort', stop, { once: true });
        waiting.set(requestId, look);
      }),
    close: () => clearInterval(fallback),
  };
}
