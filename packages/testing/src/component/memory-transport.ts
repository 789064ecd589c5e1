import type { Transport } from '@consort/core';

/** Queues of wake-ups within one thread, without Redis. The record, which alone is believed, is real. */
export function memoryTransport(): Transport {
  const queues = new Map<string, Queue>();
  const listeners: ((requestId: number) => void)[] = [];

  function queueOf(host: string): Queue {
    const queue = queues.get(host) ?? { waiting: [], start: () => undefined };
    queues.set(host, queue);
    return queue;
  }

  return {
    async wake(host, wakeUps) {
      const queue = queueOf(host);
      for (const { messageId } of wakeUps) {
        if (!queue.waiting.includes(messageId)) queue.waiting.push(messageId);
      }
      queue.start();
    },
    consume(host, poolSize, deliver) {
      const queue = queueOf(host);
      const working = new Set<Promise<void>>();
      const claimed: (() => Promise<void>)[] = [];
      let isOpen = true;

      function start(): void {
        while (working.size < poolSize) {
          const work = claimed.shift() ?? (isOpen && queue.waiting.length > 0 ? next : undefined);
          if (!work) return;
          const done = work().finally(() => {
            working.delete(done);
            start();
          });
          working.add(done);
        }
      }
      function next(): Promise<void> {
        queue.waiting.shift();
        return deliver();
      }

      queue.start = start;
      return {
        take(_claim, work) {
          claimed.push(work);
          start();
        },
        async close() {
          isOpen = false;
          queue.start = () => undefined;
          while (working.size > 0) await Promise.all(working);
        },
      };
    },
    waiting: async (host) => queueOf(host).waiting.length,
    async clear(host) {
      queueOf(host).waiting.length = 0;
    },
    hint(requestId) {
      // In a turn of its own, as over a connection.
      setImmediate(() => {
        for (const listener of listeners) listener(requestId);
      });
    },
    onHint: (listener) => void listeners.push(listener),
    onConnection(listener) {
      listener(true);
      return () => undefined;
    },
    async close() {},
  };
}

interface Queue {
  readonly waiting: number[];
  /** Looks whether a worker is free. */
  start(): void;
}
