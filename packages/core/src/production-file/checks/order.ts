import type { CheckedHost } from '../check-host.ts';
import type { Report } from '../report.ts';
import { offsetOf } from '../tree.ts';

/**
 * Doubts a `poolSize: 1` that is written down, and so asks for order, behind a host that works on several messages
 * at once: they overtake each other there. The default of 1 asks for nothing.
 */
export function checkOrder(hosts: readonly CheckedHost[], report: Report): void {
  const ordered = hosts.filter(
    ({ host, tree }) => host?.poolSize === 1 && tree.entries.has('poolSize'),
  );
  for (const { name, tree, nameAt } of ordered) {
    for (const before of hostsInFrontOf(name, hosts)) {
      const poolSize = before.host?.poolSize ?? 1;
      if (poolSize === 1) continue;
      const where = report.place(before.tree.entries.get('poolSize')?.keyAt ?? before.nameAt);
      const message = `poolSize: 1 of ${name} keeps the order it gets, and ${before.name} in front of it, with poolSize: ${poolSize} (${where}), does not keep the order it was given`;
      report.warning('ORDER_LOST', offsetOf(tree, ['poolSize'], nameAt), message);
    }
  }
}

function hostsInFrontOf(name: string, hosts: readonly CheckedHost[]): readonly CheckedHost[] {
  const names = new Set([name]);
  const found = new Set<CheckedHost>();
  // What is added while it is gone through is gone through too.
  for (const behind of names) {
    for (const host of hosts) {
      if (!host.targets.some((target) => target.host === behind)) continue;
      found.add(host);
      names.add(host.name);
    }
  }
  return [...found];
}
