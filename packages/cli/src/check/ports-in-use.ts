import type { Finding, Host, Production } from '@consort/core';
import { isLocked } from '../data-directory.ts';
import { whyNotFree } from '../doctor/why-not-free.ts';
import { foundAt } from './found-at.ts';

/**
 * Doubts ports of services that cannot be opened here and now. While the production itself runs, whose ports they are,
 * they are not looked at.
 */
export async function portsInUse(
  { hosts }: Production,
  dataDirectory: string,
): Promise<readonly Finding[]> {
  if (isLocked(dataDirectory)) return [];
  const services = hosts.filter(
    ({ kind, settings }) => kind === 'service' && Number(settings['port']) > 0,
  );
  return (await Promise.all(services.map(doubtOf))).flat();
}

async function doubtOf({ name, settings, origins }: Host): Promise<readonly Finding[]> {
  const port = Number(settings['port']);
  const address = typeof settings['interface'] === 'string' ? settings['interface'] : '0.0.0.0';
  const code = await whyNotFree(address, port);
  if (code === undefined) return [];
  const reason = reasons[code] ?? code;
  const message = `port: ${name} cannot listen on port ${port} of ${address} now: ${reason}`;
  return [foundAt(origins['port'] ?? origins[''] ?? '', 'PORT_IN_USE', message)];
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there',
  EACCES: 'this user may not open it',
  EADDRNOTAVAIL: 'no interface of this machine has that address',
};
