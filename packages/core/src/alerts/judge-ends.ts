import type { Alert } from './alert.ts';
import type { AlertChanges, AlertFacts } from './alert-calls.ts';
import type { Moment } from './judge.ts';

/**
 * What the unexpected ends of threads and child processes come to: one alert for each, until it has run for a while.
 * Which of the two it was, the event says.
 */
export function judgeEnds(facts: AlertFacts, { now, quiet }: Moment) {
  const started: AlertChanges['started'][number][] = [];
  const continued: AlertChanges['continued'][number][] = [];
  const ended: AlertChanges['ended'][number][] = [];
  const open = facts.open.filter(({ condition }) => condition === 'deadWorker');
  const ends = Map.groupBy(facts.ends, ({ hosts }) => hosts);

  for (const [hosts, times] of ends) {
    const startedAt = times[0]?.time ?? now.toISOString();
    const lastAt = times.at(-1)?.time ?? startedAt;
    const known = open.find(({ host }) => host === hosts);
    const count = (known?.count ?? 0) + times.length;
    if (known) continued.push({ id: known.id, lastAt, count });
    else started.push({ ...begin(hosts), startedAt, lastAt, count });
  }
  for (const { id, host, startedAt, lastAt = startedAt } of open) {
    if (ends.has(host) || now.getTime() - Date.parse(lastAt) < quiet) continue;
    ended.push({ id, endedAt: lastAt });
  }
  return { started, continued, ended, endsMark: facts.endsMark };
}

function begin(hosts: string): Pick<Alert, 'condition' | 'host' | 'text'> {
  const text = `the thread or child process of ${hosts} ended unexpectedly and is started again`;
  return { condition: 'deadWorker', host: hosts, text };
}
