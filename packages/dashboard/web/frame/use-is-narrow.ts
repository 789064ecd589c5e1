import { useSyncExternalStore } from 'react';

const narrow = window.matchMedia('(max-width: 48rem)');

/** Whether the window is too narrow for a graph or a wide table. */
export function useIsNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => narrow.matches);
}

function subscribe(listener: () => void): () => void {
  narrow.addEventListener('change', listener);
  return () => narrow.removeEventListener('change', listener);
}
