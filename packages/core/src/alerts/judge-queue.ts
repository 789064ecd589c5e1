import { formatDuration } from '../format-duration.ts';
import type { Alert } from './alert.ts';
import type { HostFacts } from './alert-calls.ts';
import type { Moment, Verdict } from './judge.ts';

/** An alert about a queue ends below this share of its limit (IRIS: 80 %), so that it does not come and go. */
const rearm = 0.8;

/** Says whether too many messages wait for a host. */
export function judgeQueueCount(
  limit: number,
  { host, queued }: HostFacts,
  open: Alert | undefined,
  { now }: Moment,
): Verdict {
  if (!open) {
    if (queued < limit) return {};
    const text = `${queued} messages wait for ${host} (queueCountAlert: ${limit})`;
    return { begins: { startedAt: now.toISOString(), text, count: queued } };
  }
  if (queued < rearm * limit) return { endedAt: now.toISOString() };
  return queued > (open.count ?? 0) ? { goesOn: { count: queued } } : {};
}

/** Says whether a message has waited too long for a host, the ones in work included. */
export function judgeQueueWait(
  limit: number,
  { host, waitingSince }: HostFacts,
  open: Alert | undefined,
  { now }: Moment,
): Verdict {
  const wait = waitingSince === undefined ? 0 : now.getTime() - Date.parse(waitingSince);
  if (open) return wait < rearm * limit ? { endedAt: now.toISOString() } : {};
  if (wait < limit) return {};
  const text = `a message has waited for ${host} for ${formatDuration(limit)} (queueWaitAlert)`;
  return { begins: { startedAt: now.toISOString(), text } };
}
