import { isIP } from 'node:net';
import { EngineError } from '@consort/core';

/** Who can reach the page: this machine, or every network the machine (a container, say) is on. */
export type Reach = 'loopback' | 'network';

/**
 * Refuses to serve the page where strangers can reach it: it has no sign-in.
 * With the reach `network` every address of the machine is allowed as well, `0.0.0.0` or `::`, which is what
 * a container needs whose port is published on the loopback address of its own host.
 * @throws EngineError PAGE_UNAVAILABLE
 */
export function checkAddress(host: string, reach: Reach): void {
  if (isLoopback(host)) return;
  if (reach === 'network' && ['0.0.0.0', '::'].includes(host)) return;
  throw new EngineError(
    'PAGE_UNAVAILABLE',
    `the page cannot be served on ${JSON.stringify(host)}: it has no sign-in, so only this machine may reach it; ` +
      'use --page 127.0.0.1:7070 and reach it from elsewhere through a tunnel (ssh -L 7070:127.0.0.1:7070), or in a ' +
      'container set CONSORT_PAGE_OPEN=1 with --page 0.0.0.0:7070 and publish the port on 127.0.0.1 only',
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
