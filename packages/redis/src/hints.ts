import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { connect } from './connections.ts';

/** Hints between the threads of a production that a request has its response. */
export interface Hints {
  send(requestId: number): void;
  listen(listener: (requestId: number) => void): void;
  close(): void;
}

/**
 * Sends and hears hints over a Redis channel. Listeners of this thread hear its own hints without the way
 * through Redis, so they come even while it is away. A hint can be lost; none is repeated.
 */
export function openHints(url: string, channel: string, producer: Redis): Hints {
  const self = randomUUID();
  const listeners = new Set<(requestId: number) => void>();
  let subscriber: Redis | undefined;
  let heartbeat: NodeJS.Timeout | undefined;

  const tell = (requestId: number) => {
    for (const listener of listeners) listener(requestId);
  };
  const subscribe = () => {
    subscriber = connect(url, 'subscriber');
    // On every connection anew: ioredis repeats only a subscription that has succeeded once.
    subscriber.on('ready', () => {
      subscriber?.subscribe(channel).catch(() => undefined);
    });
    subscriber.on('message', (_channel: string, message: string) => {
      const [sender, requestId] = message.split(' ');
      if (sender !== self) tell(Number(requestId));
    });
    // A subscriber sends nothing by itself, so it would not notice a server that is gone without a word.
    heartbeat = setInterval(() => {
      if (subscriber?.status === 'ready') subscriber.ping().catch(() => undefined);
    }, 5000);
    heartbeat.unref();
  };

  return {
    send(requestId) {
      if (listeners.size > 0) queueMicrotask(() => tell(requestId));
      producer.publish(channel, `${self} ${requestId}`).catch(() => undefined);
    },
    listen(listener) {
      listeners.add(listener);
      if (!subscriber) subscribe();
    },
    close() {
      clearInterval(heartbeat);
      subscriber?.disconnect();
    },
  };
}
