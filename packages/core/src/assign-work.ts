import type { Engine, Work } from './host.ts';
import type { ClaimedMessage } from './message-store.ts';
import type { Host } from './production.ts';
import type { Consumer } from './transport.ts';

/**
 * Has the record hand a host's workers what is sent to it, ahead of its job: while Redis is there, because without
 * queues nothing moves but what is being worked on.
 * @param atOnce how many workers there are
 */
export function assignWork(
  host: Host,
  engine: Pick<Engine, 'messages' | 'transport' | 'owner'>,
  atOnce: number,
  consumer: Consumer,
  work: Work,
): { close(): void } {
  const { messages, transport, owner } = engine;
  let isClosed = false;
  let end: (() => void) | undefined;

  function take(message: ClaimedMessage): void {
    consumer.take(message.claim, () => (isClosed ? giveBack(message) : work(message)));
  }

  /** Where that fails, the next start of the host gives it back. */
  async function giveBack({ claim }: ClaimedMessage): Promise<void> {
    await messages.requeue(claim).catch(() => undefined);
  }

  const stopListening = transport.onConnection((isConnected) => {
    end?.();
    const limits = { poolSize: host.poolSize, atOnce };
    end = isConnected ? messages.assign(host.name, limits, owner, take) : undefined;
  });
  return {
    close() {
      isClosed = true;
      stopListening();
      end?.();
    },
  };
}
