import { hasTargets, type CheckedHost } from '../check-host.ts';
import type { Report } from '../report.ts';

/**
 * Doubts hosts that nothing reaches, and services that reach nothing.
 * @param alertTarget the host that is reached by alerts, if any
 */
export function checkReached(
  hosts: readonly CheckedHost[],
  report: Report,
  alertTarget: string | undefined,
): void {
  const reached = new Set(hosts.flatMap(({ targets }) => targets.map(({ host }) => host)));
  if (alertTarget !== undefined) reached.add(alertTarget);
  for (const { name, nameAt, kind, targets, component } of hosts) {
    if (kind !== 'service' && !reached.has(name)) {
      const message = `no setting of this production targets ${name}; nothing reaches it`;
      report.warning('HOST_UNREACHED', nameAt, message);
    }
    if (kind === 'service' && targets.length === 0 && component && hasTargets(component)) {
      const message = `${name} has no target; what it takes in goes nowhere`;
      report.warning('NO_TARGET', nameAt, message);
    }
  }
}
