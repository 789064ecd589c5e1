import { BroadcastChannel } from 'node:worker_threads';

/** What the threads of this process tell each other beside Redis: which message has just been queued for a host. */
export interface Neighbours {
  wake(host: string, messageId: number): void;
  /** @returns what ends the listening */
  listen(host: string, listener: (messageId: number) => void): () => void;
  close(): void;
}

type Told = readonly [host: string, messageId: number];

/** Joins the threads of this process that have the same name for their queues. */
export function openNeighbours(name: string): Neighbours {
  const listeners = new Map<string, (messageId: number) => void>();
  let channel: BroadcastChannel | undefined;

  function join(): BroadcastChannel {
    const joined = new BroadcastChannel(name);
    joined.addEventListener('message', (event) => {
      const [host, messageId] = (event as MessageEvent).data as Told;
      listeners.get(host)?.(messageId);
    });
    joined.unref();
    return joined;
  }

  return {
    wake(host, messageId) {
      const here = listeners.get(host);
      // A host lives in one thread: when it is this one, nobody else has to be told.
      if (here) return here(messageId);
      channel ??= join();
      channel.postMessage([host, messageId] satisfies Told);
    },
    listen(host, listener) {
      listeners.set(host, listener);
      channel ??= join();
      return () => void listeners.delete(host);
    },
    close() {
      listeners.clear();
      channel?.close();
    },
  };
}
