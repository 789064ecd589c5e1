import { formatDuration } from '../format-duration.ts';
import type { Alert } from './alert.ts';
import type { HostFacts } from './alert-calls.ts';
import type { Expectation } from './host-alerts.ts';
import { openedAt } from './hours.ts';
import type { Moment, Verdict } from './judge.ts';

/** Says whether a host has had no work for too long. A disabled one is not to have any. */
export function judgeInactive(
  limit: number,
  { host, isDisabled, activeAt = '' }: HostFacts,
  open: Alert | undefined,
  { now, runSince }: Moment,
): Verdict {
  if (open) return activeAt > open.startedAt ? { endedAt: activeAt } : {};
  const startedAt = later(activeAt, runSince);
  if (isDisabled || now.getTime() - Date.parse(startedAt) < limit) return {};
  return { begins: { startedAt, text: `${host} has had no work for ${formatDuration(limit)}` } };
}

/**
 * Says whether a calling AE title that is expected to send has fallen silent. The silence is counted inside the hours:
 * from their beginning, or from when it last sent, whichever came later.
 */
export function judgeExpectedSender(
  { callingAet, within, during }: Expectation,
  { host, isDisabled, sentAt }: HostFacts,
  open: Alert | undefined,
  { now, runSince }: Moment,
): Verdict {
  const last = sentAt[callingAet] ?? '';
  if (open) return last > open.startedAt ? { endedAt: last } : {};
  const opened = during ? openedAt(during, now)?.toISOString() : runSince;
  if (opened === undefined || isDisabled) return {};
  const startedAt = later(last, later(opened, runSince));
  if (now.getTime() - Date.parse(startedAt) < within) return {};
  const text = `${callingAet} has sent nothing to ${host} for ${formatDuration(within)}`;
  return { begins: { startedAt, text } };
}

function later(one: string, other: string): string {
  return one > other ? one : other;
}
