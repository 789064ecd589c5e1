import type { CheckedHost } from './check-host.ts';
import { nearest } from './nearest.ts';
import type { Report } from './report.ts';
import { treeAt, type TreeMap } from './tree.ts';

/**
 * Checks who is told of alerts, and the alert keys that no schema of one host can judge.
 * @param own the keys of the file itself
 * @returns the host that is sent the alerts, when there is one
 */
export function checkAlerts(
  own: TreeMap,
  hosts: readonly CheckedHost[],
  report: Report,
): string | undefined {
  for (const host of hosts) checkKeys(host, report);
  const named = treeAt(own, ['alerts', 'target']);
  if (named?.kind !== 'scalar' || typeof named.value !== 'string') return undefined;
  const found = hosts.filter(({ name }) => name === named.value);
  const target = found.find(({ kind }) => kind !== 'service');
  if (!target) {
    const message =
      found.length > 0
        ? `alerts.target: ${named.value} is a service; a target is a process or an operation`
        : `alerts.target: there is no host ${JSON.stringify(named.value)} in this production`;
    const possible = hosts.filter(({ kind }) => kind !== 'service').map(({ name }) => name);
    report.error(
      found.length > 0 ? 'TARGET_IS_SERVICE' : 'TARGET_MISSING',
      named.at,
      message,
      nearest(named.value, possible),
    );
    return undefined;
  }
  if (target.host?.invocation === 'InProc') {
    const message = `alerts.target: nobody runs ${target.name} itself (invocation: inProc) for an alert; give it a queue`;
    report.error('INVOCATION_UNFIT', named.at, message);
  }
  if (target.host?.alerts?.inactivity !== undefined) {
    const message = `inactivityTimeout on ${target.name}: each alert is work for the target of alerts, so it ends and begins again without end`;
    report.error('ALERT_WITHOUT_END', keyAt(target, 'inactivityTimeout'), message);
  }
  return target.name;
}

function checkKeys(checked: CheckedHost, report: Report): void {
  const { name, host, tree } = checked;
  if (!host) return;
  for (const key of ['alertGracePeriod', 'alertRetryGracePeriod']) {
    if (!tree.entries.has(key) || host.alerts?.onError) continue;
    const message = `${key} on ${name} does nothing without alertOnError: true`;
    report.warning('ALERT_KEY_IDLE', keyAt(checked, key), message);
  }
  if (host.invocation !== 'InProc') return;
  for (const key of ['queueCountAlert', 'queueWaitAlert']) {
    if (!tree.entries.has(key)) continue;
    const message = `${key} on ${name}: with invocation: inProc it has no queue of its own; remove one of the two`;
    report.error('INVOCATION_UNFIT', keyAt(checked, key), message);
  }
}

function keyAt({ tree, nameAt }: CheckedHost, key: string): number {
  return tree.entries.get(key)?.keyAt ?? nameAt;
}
