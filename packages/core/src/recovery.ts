import type { Engine } from './host.ts';

const sweepInterval = 3_000;
const batch = 500;

/**
 * Keeps a host's queue in Redis what the record says it should be.
 *
 * At the start it is emptied and filled anew; after that, when Redis comes back and every few seconds,
 * messages that are Queued in the record and have no wake-up get one, in order. Redis may forget
 * everything at any time: that costs one sweep of delay, never a message.
 */
export async function keepQueueFilled(host: string, engine: Engine): Promise<{ close(): void }> {
  const { transport } = engine;
  let isClosed = false;
  let running: Promise<void> | undefined;
  const sweep = () => {
    if (isClosed) return;
    running ??= refill(host, engine)
      .catch(() => undefined) // Redis or the record is away; the next sweep tries again.
      .finally(() => (running = undefined));
  };

  await transport.clear(host).catch(() => undefined);
  await fill(host, engine, Infinity).catch(() => undefined);
  const timer = setInterval(sweep, sweepInterval);
  timer.unref();
  transport.onConnection((isConnected) => {
    if (isConnected) sweep();
  });
  return {
    close() {
      isClosed = true;
      clearInterval(timer);
    },
  };
}

/**
 * Adds what is missing; asks first, because nearly always nothing is. Under load a few wake-ups are always
 * on their way, so a long queue is gone through as a whole only when many are missing.
 */
async function refill(host: string, engine: Engine): Promise<void> {
  const [queued, waiting] = await Promise.all([
    engine.messages.depth(host),
    engine.transport.waiting(host),
  ]);
  const missing = queued - waiting;
  if (missing > batch) await fill(host, engine, Infinity);
  else if (missing > 0 && waiting < batch) await fill(host, engine, 2 * batch);
}

async function fill(host: string, engine: Engine, most: number): Promise<void> {
  let after = 0;
  for (let added = 0; added < most; added += batch) {
    const rows = await engine.messages.pending(host, after, batch);
    const last = rows.at(-1);
    if (!last) return;
    await engine.transport.wake(
      host,
      rows.map(({ id, sessionId, bodyType, fence }) => ({
        messageId: id,
        sessionId,
        bodyType,
        ...(fence ? { fence } : {}),
      })),
    );
    after = last.id;
  }
}
