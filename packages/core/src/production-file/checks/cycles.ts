import type { CheckedHost, Target } from '../check-host.ts';
import type { Report } from '../report.ts';

/**
 * Refuses hosts that could wait for each other in a circle: with every worker of theirs waiting, none would ever
 * answer. A setting declared `target({ async: true })` is no part of a circle.
 */
export function checkCycles(hosts: readonly CheckedHost[], report: Report): void {
  const known = new Set<string>();
  for (const host of hosts) {
    const circle = circleFrom(host, hosts);
    if (!circle) continue;
    const names = circle.map(({ host: name }) => name);
    const circleName = [...names].sort().join(' ');
    if (known.has(circleName)) continue;
    known.add(circleName);
    const { setting, at } = circle[0]!;
    const path = [host.name, ...names].join(' → ');
    report.error(
      'CYCLE',
      at,
      `${setting}: these hosts would wait for each other: ${path}; ` +
        'break the circle, or send with sendRequestAsync and declare the setting target({ async: true })',
    );
  }
}

/** The shortest way from a host back to itself. */
function circleFrom(
  start: CheckedHost,
  hosts: readonly CheckedHost[],
): readonly Target[] | undefined {
  const ways: (readonly Target[])[] = waitsOf(start).map((target) => [target]);
  const seen = new Set<string>();
  for (const way of ways) {
    const { host: name } = way.at(-1)!;
    if (name === start.name) return way;
    if (seen.has(name)) continue;
    seen.add(name);
    const next = hosts.find((host) => host.name === name);
    // What is added while it is gone through is gone through too.
    if (next) ways.push(...waitsOf(next).map((target) => [...way, target]));
  }
  return undefined;
}

function waitsOf({ kind, targets }: CheckedHost): readonly Target[] {
  // A service takes its answers through its queue: it never waits with a worker.
  return kind === 'service' ? [] : targets.filter(({ isAsync }) => !isAsync);
}
