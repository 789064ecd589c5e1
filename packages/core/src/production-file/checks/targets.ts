import type { CheckedHost } from '../check-host.ts';
import { nearest } from '../nearest.ts';
import type { Report } from '../report.ts';

/** Refuses targets that are no host of the file, or a service. */
export function checkTargets(hosts: readonly CheckedHost[], report: Report): void {
  const possible = hosts.filter(({ kind }) => kind !== 'service').map(({ name }) => name);
  for (const { setting, host: target, at } of hosts.flatMap(({ targets }) => targets)) {
    const found = hosts.filter(({ name }) => name === target);
    if (found.some(({ kind }) => kind !== 'service')) continue;
    const near = nearest(target, possible);
    if (found.length > 0) {
      const message = `${setting}: ${target} is a service; a target is a process or an operation`;
      report.error('TARGET_IS_SERVICE', at, message, near);
    } else {
      const message = `${setting}: there is no host ${JSON.stringify(target)} in this production`;
      report.error('TARGET_MISSING', at, message, near);
    }
  }
}
