import type { CheckedHost } from '../check-host.ts';
import type { Report } from '../report.ts';

/** Refuses what an operation without a queue cannot have: workers of its own, and a service that sends to it. */
export function checkInProc(hosts: readonly CheckedHost[], report: Report): void {
  const inProc = hosts.filter(({ host }) => host?.invocation === 'InProc');
  for (const { name, tree } of inProc) {
    const poolSize = tree.entries.get('poolSize');
    if (!poolSize) continue;
    const message = `poolSize on ${name}: with invocation: inProc it has no workers of its own; remove one of the two`;
    report.error('INVOCATION_UNFIT', poolSize.keyAt, message);
  }
  for (const { kind, name, targets } of hosts) {
    if (kind !== 'service') continue;
    for (const { setting, host, at } of targets) {
      if (!inProc.some((operation) => operation.name === host)) continue;
      const message = `${setting}: ${name} is a service and cannot run ${host} itself (invocation: inProc); send to a process first, or give ${host} a queue`;
      report.error('INVOCATION_UNFIT', at, message);
    }
  }
}
