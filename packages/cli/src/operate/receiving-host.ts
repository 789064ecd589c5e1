import { EngineError, noHost, type Host } from '@consort/core';

/** The host of a name. @throws EngineError NOT_FOUND */
export function hostNamed(hosts: readonly Host[], name: string): Host {
  const found = hosts.find((host) => host.name === name);
  if (found) return found;
  throw noHost(name, hosts);
}

/**
 * The host of a name, if a person may send to it.
 * @throws EngineError NOT_FOUND, STATUS_ILLEGAL for one that has no queue of requests
 */
export function receivingHost(hosts: readonly Host[], name: string): Host {
  const host = hostNamed(hosts, name);
  if (host.kind === 'service') {
    throw new EngineError(
      'STATUS_ILLEGAL',
      `${name} is a service; messages are sent to processes and operations`,
    );
  }
  if (host.invocation === 'InProc') {
    throw new EngineError(
      'STATUS_ILLEGAL',
      `${name} has no queue (invocation: inProc): it runs in the worker of whoever sends to it; ` +
        'send to a process that does, or send that process its request again',
    );
  }
  return host;
}
