import type { Alert } from './alert.ts';
import type { AlertChanges, AlertFacts } from './alert-calls.ts';
import type { Moment } from './judge.ts';

/** What the images that came back come to: one alert for each service and peer, until none has come for a while. */
export function judgeReturns(facts: AlertFacts, { now, quiet }: Moment) {
  const started: AlertChanges['started'][number][] = [];
  const continued: AlertChanges['continued'][number][] = [];
  const ended: AlertChanges['ended'][number][] = [];
  const open = facts.open.filter(({ condition }) => condition === 'imageReturned');
  const returns = Map.groupBy(facts.returns, pairOf);

  for (const times of returns.values()) {
    const [first] = times;
    if (!first) continue;
    const lastAt = times.at(-1)?.time ?? first.time;
    const known = open.find((alert) => pairOf(alert) === pairOf(first));
    const count = (known?.count ?? 0) + times.length;
    if (known) continued.push({ id: known.id, lastAt, count });
    else started.push({ ...begin(first), startedAt: first.time, lastAt, count });
  }
  for (const alert of open) {
    const { id, startedAt, lastAt = startedAt } = alert;
    if (returns.has(pairOf(alert)) || now.getTime() - Date.parse(lastAt) < quiet) continue;
    ended.push({ id, endedAt: lastAt });
  }
  return { started, continued, ended };
}

type Pair = Pick<Alert, 'host' | 'callingAet'>;

function pairOf({ host, callingAet = '' }: Pair): string {
  return JSON.stringify([host, callingAet]);
}

function begin({ host, callingAet = '' }: Pair) {
  const text = `${callingAet} sends images back to ${host} that it got from this production`;
  return { condition: 'imageReturned', host, callingAet, text } as const;
}
