import { useSyncExternalStore } from 'react';

/** `system` follows the browser. */
export type Theme = 'system' | 'light' | 'dark';

const key = 'consort.theme';
const listeners = new Set<() => void>();

/** The theme that was chosen, and a way to choose another; it is kept in this browser. */
export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const theme = useSyncExternalStore(subscribe, chosen);
  return [theme, choose];
}

/** Puts the chosen theme in force. */
export function applyTheme(): void {
  const theme = chosen();
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

function choose(theme: Theme): void {
  try {
    localStorage.setItem(key, theme);
  } catch {
    // A browser that keeps nothing: it holds for this page.
    document.documentElement.dataset['theme'] = theme;
  }
  applyTheme();
  for (const listener of listeners) listener();
}

function chosen(): Theme {
  try {
    const kept = localStorage.getItem(key);
    return kept === 'light' || kept === 'dark' ? kept : 'system';
  } catch {
    return 'system';
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
