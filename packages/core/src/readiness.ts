import type { HostState, ProductionState } from './message-reader.ts';

/** Milliseconds. A running production writes its heartbeat every 5 s; two may be missed. */
export const heartbeatLimit = 15_000;

/**
 * Why a production cannot take images now; empty when it can. `/readyz` and `production status` say the same.
 * A host that a person, the file or a schedule has stopped is no reason: it is meant so.
 */
export function reasonsNotReady(
  production: ProductionState | undefined,
  hosts: readonly HostState[],
  now: Date,
): readonly string[] {
  if (!production) return ['no production has run on this record'];
  const { status, heartbeatAt, redis } = production;
  const age = heartbeatAt ? now.getTime() - Date.parse(heartbeatAt) : Infinity;
  const closed = hosts.filter(
    (host) => host.type === 'BusinessService' && ['Error', 'Starting'].includes(host.status),
  );
  return [
    ...(status === 'Running' ? [] : [`the production is ${status}`]),
    ...(age < heartbeatLimit ? [] : ['the heartbeat is late']),
    ...(redis.status === 'connected' ? [] : [`Redis is ${redis.status}`]),
    ...closed.map((host) => `${host.name} is ${host.status}`),
  ];
}
