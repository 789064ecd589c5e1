const kept = 'consort.where-to';

/** Keeps which page somebody wanted while he is at the provider. */
export function remember(path: string): void {
  sessionStorage.setItem(kept, path);
}

/** The page that was wanted: one of this app, the first one where there is none. */
export function recall(): string {
  const path = sessionStorage.getItem(kept) ?? '/';
  sessionStorage.removeItem(kept);
  return path !== '/openid' && /^\/(?![/\\])/.test(path) ? path : '/';
}
