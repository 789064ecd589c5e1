import { readFileSync } from 'node:fs';

/** A file that the page loads. */
export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** The files that the page loads; nothing comes from anywhere else. */
export function assets(): readonly Asset[] {
  return [
    asset('page.css', 'text/css; charset=utf-8'),
    asset('page.js', 'text/javascript; charset=utf-8'),
    asset('icon.svg', 'image/svg+xml'),
  ];
}

function asset(name: string, type: string): Asset {
  const bytes = readFileSync(new URL(`./assets/${name}`, import.meta.url));
  return { path: `/assets/${name}`, type, bytes };
}
