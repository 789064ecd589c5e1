import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from './host.ts';

const sweepInterval = 3_000;
const batch = 500;
/** Wake-ups that wait in Redis while the record has more: what the fastest workers use up between two looks. */
const enough = 4 * batch;
const lookInterval = 250;
/** Milliseconds after which a queue that is still being emptied does not hold up the start. */
const emptying = 1_000;

/**
 * Keeps a host's queue in Redis what the record says it should be.
 *
 * At the start it is emptied and filled anew; after that, when Redis comes back and every few seconds,
 * messages that are Queued in the record and have no wake-up get one, in order. Redis may forget
 * everything at any time: that costs one sweep of delay, never a message. The host works meanwhile, and of a long
 * queue the wake-ups follow as the workers use them up: any of them claims the oldest message.
 */
export async function keepQueueFilled(host: string, engine: Engine): Promise<{ close(): void }> {
  const { transport } = engine;
  const topUp = filler(host, engine);
  const closing = new AbortController();
  const { signal } = closing;
  const look = async () => {
    while (!signal.aborted && (await topUp())) await sleep(lookInterval, undefined, { signal });
  };
  let running: Promise<void> | undefined;
  const sweep = (before?: Promise<void>) => {
    if (signal.aborted) return;
    running ??= Promise.resolve(before)
      .then(look)
      .catch(() => undefined) // Redis or the record is away, or we close; the next sweep tries again.
      .finally(() => (running = undefined));
  };

  // What comes meanwhile loses its wake-up, and waits until the record is looked at.
  const cleared = transport.clear(host).catch(() => undefined);
  await Promise.race([cleared, sleep(emptying, undefined, { ref: false })]);
  sweep(cleared);
  const timer = setInterval(sweep, sweepInterval);
  timer.unref();
  const stopListening = transport.onConnection((isConnected) => {
    if (isConnected) sweep();
  });
  return {
    close() {
      closing.abort();
      stopListening();
      clearInterval(timer);
    },
  };
}

/**
 * Makes the function that adds what is missing, as far as there is room; true when it has more and the workers use
 * up what it adds. It asks first, because nearly always nothing is missing. Under load a few wake-ups are always on
 * their way, so a long queue is gone through only when many are missing.
 */
function filler(host: string, { messages, transport }: Engine): () => Promise<boolean> {
  /** Up to where the queue has been gone through; undefined when nothing is missing. */
  let after: number | undefined;

  return async () => {
    const waiting = await transport.waiting(host);
    if (after === undefined) {
      const missing = (await messages.depth(host)) - waiting;
      if (missing <= 0 || (missing <= batch && waiting >= batch)) return false;
      after = 0;
    }
    if (waiting >= enough) return false;
    for (let room = enough - waiting; room > 0; room -= batch) {
      const rows = await messages.pending(host, after, batch);
      const wakeUps = rows.map(({ id, sessionId, bodyType, fence }) => ({
        messageId: id,
        sessionId,
        bodyType,
        ...(fence ? { fence } : {}),
      }));
      if (wakeUps.length > 0) await transport.wake(host, wakeUps);
      after = rows.length < batch ? undefined : rows.at(-1)?.id;
      if (after === undefined) return false;
    }
    return true;
  };
}
