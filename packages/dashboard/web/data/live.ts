import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { client } from './client.ts';

/** How changes reach the app. `asking`: by asking every few seconds, because the stream is away. */
export type Liveness = 'live' | 'asking';

let liveness: Liveness = 'asking';
const listeners = new Set<() => void>();

/** Milliseconds between two refreshes, however much is told. */
const pause = 1000;

/** Whether the production tells of its changes at this moment. */
export function useIsLive(): boolean {
  return useSyncExternalStore(subscribe, () => liveness) === 'live';
}

/**
 * Listens to what the production tells, and asks anew for what is on the page when something has changed. The browser
 * connects again by itself; where it gives up (an answer that is no stream) it is tried again here.
 */
export function keepLive(queries: QueryClient): () => void {
  let source: EventSource | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let due: ReturnType<typeof setTimeout> | undefined;

  const refresh = () => {
    due ??= setTimeout(() => {
      due = undefined;
      void queries.invalidateQueries({ queryKey: ['live'] });
    }, pause);
  };
  const open = () => {
    source = new EventSource(client.href('stream'));
    source.addEventListener('open', () => become('live'));
    for (const name of ['status', 'event', 'missed']) source.addEventListener(name, refresh);
    source.addEventListener('error', () => {
      become('asking');
      if (source?.readyState === EventSource.CLOSED) again = setTimeout(open, 5_000);
    });
  };
  open();
  return () => {
    source?.close();
    clearTimeout(again);
    clearTimeout(due);
    become('asking');
  };
}

function become(next: Liveness): void {
  if (next === liveness) return;
  liveness = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
