import type { Patience } from '../../component.ts';
import type { CheckedHost } from '../check-host.ts';
import type { Report } from '../report.ts';

/**
 * Compares how long the peer of each service waits with how long the operations behind it are tried.
 * Both mismatches work, so they are warnings: a peer that is answered before the retries end, and
 * a message acknowledged on receipt that can still be given up.
 */
export function checkPatience(hosts: readonly CheckedHost[], report: Report): void {
  for (const service of hosts) {
    const patience = patienceOf(service, report);
    if (!patience) continue;
    for (const operation of operationsBehind(service, hosts)) {
      const message = mismatch(service.name, patience, operation);
      if (message === undefined) continue;
      const code =
        patience.acknowledge === 'completed' ? 'RETRIES_OUTLAST_PEER' : 'ACKNOWLEDGED_CAN_FAIL';
      const retry = operation.tree.entries.get('retry');
      report.warning(code, retry?.keyAt ?? operation.nameAt, message);
    }
  }
}

function patienceOf({ host, nameAt }: CheckedHost, report: Report): Patience | undefined {
  if (host?.component.kind !== 'service') return undefined;
  try {
    return host.component.patience?.(host.settings);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : 'it threw something that is no error';
    report.error(
      'CHECK_FAILED',
      nameAt,
      `${host.componentName} cannot say how long its peer waits: ${reason}`,
    );
    return undefined;
  }
}

function operationsBehind(
  service: CheckedHost,
  hosts: readonly CheckedHost[],
): readonly CheckedHost[] {
  const reached = new Set<CheckedHost>([service]);
  // What is added while it is gone through is gone through too.
  for (const { targets } of reached) {
    for (const target of targets) {
      const host = hosts.find(({ name, kind }) => name === target.host && kind !== 'service');
      if (host) reached.add(host);
    }
  }
  return [...reached].filter(({ kind }) => kind === 'operation');
}

function mismatch(
  service: string,
  { acknowledge, responseTimeout }: Patience,
  { name, host }: CheckedHost,
): string | undefined {
  const timeout = host?.retry?.timeout;
  if (timeout === undefined) return undefined;
  const own = `retry.timeout of ${name} (${spell(timeout)})`;
  if (acknowledge === 'completed') {
    if (timeout <= responseTimeout) return undefined;
    return `${own} is longer than responseTimeout of ${service} (${spell(responseTimeout)}): its peer is answered before the retries end`;
  }
  if (timeout === Infinity) return undefined;
  return `${own} ends while ${service} acknowledges what it has stored: an acknowledged message can end in Error; timeout: -1 keeps trying`;
}

function spell(milliseconds: number): string {
  if (milliseconds === Infinity) return 'for ever';
  return milliseconds < 1000 ? `${milliseconds} ms` : `${milliseconds / 1000} s`;
}
