import { BroadcastChannel } from 'node:worker_threads';

/** What the threads of this process tell each other beside Redis: which job is about to be added for a host. */
export interface Neighbours {
  wake(host: string, jobId: string): void;
  /** @returns what ends the listening */
  listen(host: string, listener: (jobId: string) => void): () => void;
  close(): void;
}

type Told = readonly [host: string, jobId: string];

/** Joins the threads of this process that have the same name for their queues. */
export function openNeighbours(name: string): Neighbours {
  const listeners = new Map<string, (jobId: string) => void>();
  let channel: BroadcastChannel | undefined;
  let isClosed = false;

  function join(): BroadcastChannel {
    const joined = new BroadcastChannel(name);
    joined.addEventListener('message', (event) => {
      const [host, jobId] = (event as MessageEvent).data as Told;
      listeners.get(host)?.(jobId);
    });
    joined.unref();
    return joined;
  }

  return {
    wake(host, jobId) {
      if (isClosed) return;
      const here = listeners.get(host);
      // A host lives in one thread: when it is this one, nobody else has to be told.
      if (here) return here(jobId);
      channel ??= join();
      channel.postMessage([host, jobId] satisfies Told);
    },
    listen(host, listener) {
      listeners.set(host, listener);
      channel ??= join();
      return () => void listeners.delete(host);
    },
    close() {
      isClosed = true;
      listeners.clear();
      channel?.close();
    },
  };
}
