import type { Component } from '../component.ts';
import { hasTargets, type CheckedHost } from './check-host.ts';
import { checkPatience } from './patience.ts';
import { nearest } from './nearest.ts';
import { sectionOf } from './production-keys.ts';
import { checkCycles } from './cycles.ts';
import type { Report } from './report.ts';

/**
 * Checks what no host can know by itself: sections, targets, ports, what is never reached.
 * @param alertTarget the host that is reached by alerts, if any
 */
export function crossCheck(
  hosts: readonly CheckedHost[],
  report: Report,
  alertTarget?: string,
): void {
  for (const host of hosts) {
    checkSection(host, report);
    checkTargets(host, hosts, report);
    for (const { setting, message, suggestion } of doubtsOf(host, report)) {
      report.warning(host.settingAt(setting), `${setting}: ${message}`, suggestion);
    }
  }
  checkPorts(hosts, report);
  checkCycles(hosts, report);
  checkInProc(hosts, report);
  checkPatience(hosts, report);
  // With a host or a target that is wrong nobody knows what would have been reached.
  if (report.findings.every(({ severity }) => severity !== 'error')) {
    checkReached(hosts, report, alertTarget);
  }
}

function checkSection({ name, kind, component, tree }: CheckedHost, report: Report): void {
  if (!component || component.kind === kind) return;
  const section = sectionOf(component.kind);
  report.error(
    tree.entries.get('component')!.value.at,
    `${name} is ${aOrAn(component.kind)}; move it under ${section}:`,
  );
}

function checkTargets(host: CheckedHost, hosts: readonly CheckedHost[], report: Report): void {
  const possible = hosts.filter(({ kind }) => kind !== 'service').map(({ name }) => name);
  for (const { setting, host: target, at } of host.targets) {
    const found = hosts.filter(({ name }) => name === target);
    if (found.some(({ kind }) => kind !== 'service')) continue;
    const message =
      found.length > 0
        ? `${setting}: ${target} is a service; a target is a process or an operation`
        : `${setting}: there is no host ${JSON.stringify(target)} in this production`;
    report.error(at, message, nearest(target, possible));
  }
}

function doubtsOf({ name, nameAt, host }: CheckedHost, report: Report) {
  try {
    return (host && host.component.check?.(host.settings)) || [];
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : 'it threw something that is no error';
    report.error(nameAt, `the check of ${host?.componentName} failed on ${name}: ${reason}`);
    return [];
  }
}

function checkPorts(hosts: readonly CheckedHost[], report: Report): void {
  const listening = hosts.flatMap((checked) => {
    const { port, interface: address } = checked.host?.settings ?? {};
    if (checked.kind !== 'service' || typeof port !== 'number' || port === 0) return [];
    return [{ checked, port, address: typeof address === 'string' ? address : '0.0.0.0' }];
  });
  for (const [index, one] of listening.entries()) {
    const other = listening
      .slice(0, index)
      .find(({ port, address }) => port === one.port && overlap(address, one.address));
    if (!other) continue;
    const where = report.place(other.checked.settingAt('port'));
    const message = `port: ${other.checked.name} listens on port ${one.port} already, at ${where}`;
    report.error(one.checked.settingAt('port'), message);
  }
}

function overlap(one: string, other: string): boolean {
  const all = ['', '*', '0.0.0.0', '::'];
  return one === other || all.includes(one) || all.includes(other);
}

function checkReached(
  hosts: readonly CheckedHost[],
  report: Report,
  alertTarget: string | undefined,
): void {
  const reached = new Set(hosts.flatMap(({ targets }) => targets.map(({ host }) => host)));
  if (alertTarget !== undefined) reached.add(alertTarget);
  for (const { name, nameAt, kind, targets, component } of hosts) {
    if (kind !== 'service' && !reached.has(name)) {
      report.warning(nameAt, `no setting of this production targets ${name}; nothing reaches it`);
    }
    if (kind === 'service' && targets.length === 0 && component && hasTargets(component)) {
      report.warning(nameAt, `${name} has no target; what it takes in goes nowhere`);
    }
  }
}

function checkInProc(hosts: readonly CheckedHost[], report: Report): void {
  const inProc = hosts.filter(({ host }) => host?.invocation === 'InProc');
  for (const { name, tree } of inProc) {
    const poolSize = tree.entries.get('poolSize');
    if (!poolSize) continue;
    const message = `poolSize on ${name}: with invocation: inProc it has no workers of its own; remove one of the two`;
    report.error(poolSize.keyAt, message);
  }
  for (const { kind, name, targets } of hosts) {
    if (kind !== 'service') continue;
    for (const { setting, host, at } of targets) {
      if (!inProc.some((operation) => operation.name === host)) continue;
      const message = `${setting}: ${name} is a service and cannot run ${host} itself (invocation: inProc); send to a process first, or give ${host} a queue`;
      report.error(at, message);
    }
  }
}

function aOrAn(kind: Component['kind']): string {
  return kind === 'operation' ? 'an operation' : `a ${kind}`;
}
