import { isIP } from 'node:net';
import { EngineError } from '@consort/core';

/**
 * Refuses to serve the page where others can reach it while nobody has to log in.
 * @throws EngineError PAGE_UNAVAILABLE
 */
export function checkAddress(
  host: string,
  { isLoginRequired }: { readonly isLoginRequired: boolean },
): void {
  if (isLoginRequired || isLoopback(host)) return;
  throw new EngineError(
    'PAGE_UNAVAILABLE',
    `the page cannot be served on ${JSON.stringify(host)}: others can reach it, and there are no users who log in; ` +
      'make one with production user add NAME --role admin, or in a container name a file with the password of admin ' +
      'in CONSORT_PAGE_PASSWORD_FILE; or use --page 127.0.0.1:7070',
  );
}

/**
 * Says whether a request's Host header names this server. A page of a stranger whose name was pointed at this
 * machine (DNS rebinding) sends its own name there.
 */
export function isOwnName(header: string | undefined, host: string): boolean {
  const name = hostname(header ?? '');
  return name !== undefined && ['127.0.0.1', 'localhost', '[::1]', bracketed(host)].includes(name);
}

/** The URL of a server on `host`, as a browser on this machine can open it. */
export function pageUrl(host: string, port: number): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${bracketed(reachable)}:${port}`;
}

function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}

function hostname(header: string): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d{1,5})?$/.exec(header.toLowerCase())?.[1];
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host.toLowerCase();
}
