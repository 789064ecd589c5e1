import type { CheckedHost } from './check-host.ts';
import { checkCycles } from './checks/cycles.ts';
import { checkDoubts } from './checks/doubts.ts';
import { checkInProc } from './checks/in-proc.ts';
import { checkOrder } from './checks/order.ts';
import { checkPatience } from './checks/patience.ts';
import { checkPorts } from './checks/ports.ts';
import { checkReached } from './checks/reached.ts';
import { checkRetries } from './checks/retries.ts';
import { checkSections } from './checks/sections.ts';
import { checkTargets } from './checks/targets.ts';
import type { Report } from './report.ts';

/**
 * Checks what no host can know by itself: sections, targets, ports, waits, order, what is never reached.
 * @param alertTarget the host that is reached by alerts, if any
 */
export function crossCheck(
  hosts: readonly CheckedHost[],
  report: Report,
  alertTarget?: string,
): void {
  checkSections(hosts, report);
  checkTargets(hosts, report);
  checkDoubts(hosts, report);
  checkPorts(hosts, report);
  checkCycles(hosts, report);
  checkInProc(hosts, report);
  checkPatience(hosts, report);
  checkRetries(hosts, report);
  checkOrder(hosts, report);
  // With a host or a target that is wrong nobody knows what would have been reached.
  if (report.findings.every(({ severity }) => severity !== 'error')) {
    checkReached(hosts, report, alertTarget);
  }
}
