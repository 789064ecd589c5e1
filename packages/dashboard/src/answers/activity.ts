import type { ActivityStep } from '@consort/core';
import type { Answer, Answered } from './context.ts';

/** Seconds of a period, and of one step of it. */
const periods = {
  '5m': { seconds: 300, step: 10 },
  '1h': { seconds: 3600, step: 60 },
  '24h': { seconds: 86_400, step: 900 },
  '7d': { seconds: 604_800, step: 7200 },
} as const;

/** What hosts did, step by step. */
export const activity: Answer<'activity'> = async ({ query }, { reader, now }) => {
  const { seconds, step } = periods[query.period];
  // Steps begin at whole multiples of their length, so that a chart that is drawn again does not change its past.
  const to = (Math.floor(now.getTime() / 1000 / step) + 1) * step;
  const from = new Date((to - seconds) * 1000).toISOString();
  const found = await reader.activity(from, step);
  const wanted = found.filter(({ host }) => query.host === undefined || host === query.host);
  return {
    from,
    to: new Date(to * 1000).toISOString(),
    seconds: step,
    series: [...Map.groupBy(wanted, ({ host }) => host)].map(([host, steps]) =>
      seriesOf(host, steps, seconds / step),
    ),
  };
};

function seriesOf(
  host: string,
  steps: readonly ActivityStep[],
  count: number,
): Answered<'activity'>['series'][number] {
  const byStep = new Map(steps.map((one) => [one.step, one]));
  const all = Array.from({ length: count }, (_, step) => byStep.get(step));
  const mean = (one: ActivityStep | undefined, key: 'wait' | 'run') =>
    one && one.ended > 0 ? Math.round(one[key] / one.ended) : null;
  return {
    host,
    ended: all.map((one) => one?.ended ?? 0),
    failed: all.map((one) => one?.failed ?? 0),
    wait: all.map((one) => mean(one, 'wait')),
    run: all.map((one) => mean(one, 'run')),
    longest: all.map((one) => one?.longest ?? null),
  };
}
