import type { Host } from '../production.ts';
import type { Alert } from './alert.ts';
import type { HostFacts } from './alert-calls.ts';
import type { Moment, Verdict } from './judge.ts';

/**
 * Says whether a host fails: from its first failure, or the end of its grace period, until it has worked again and
 * not failed for a while. However often it fails meanwhile, that is one alert.
 *
 * The grace period of a process or an operation is for a message that is being retried: one that failed for good
 * will not get better.
 */
export function judgeError(
  grace: number,
  kind: Host['kind'],
  { host, failures, mark, lastFailure, isRetrying, succeededAt }: HostFacts,
  open: Alert | undefined,
  { now, quiet }: Moment,
): Verdict {
  if (!lastFailure) return {};
  // A failed message is logged too, and that may come later, or never when the record was away.
  const failed = Math.max(failures.failed - mark.failed, failures.logged - mark.logged);
  const count = failed + failures.retried - mark.retried;
  const lastAt = lastFailure.time;
  const works = !isRetrying && succeededAt !== undefined && succeededAt > lastAt;
  const age = (since: string) => now.getTime() - Date.parse(since);

  if (open) {
    if (works && age(lastAt) >= quiet) return { endedAt: lastAt, mark: failures };
    return count === open.count ? {} : { goesOn: { lastAt, count } };
  }
  if (count === 0) return {};
  const isHopeless = kind !== 'service' && failed > 0;
  const since = mark.pendingSince ?? lastAt;
  if (grace > 0 && !isHopeless) {
    const isCleared = kind === 'service' ? works : !isRetrying;
    if (isCleared) return { mark: failures };
    if (age(since) < grace) {
      return mark.pendingSince === undefined ? { mark: { ...mark, pendingSince: since } } : {};
    }
  }
  const { pendingSince: _over, ...rest } = mark;
  return {
    begins: { startedAt: since, lastAt, count, text: words(host, lastFailure) },
    mark: rest,
  };
}

function words(host: string, { code, messageId }: NonNullable<HostFacts['lastFailure']>): string {
  // The text of an error may be an author's own, and hold anything; a word in capitals is a code.
  const known = /^[A-Z][A-Z0-9_]{2,40}$/.test(code) ? code : 'HANDLER_FAILED';
  return `${host} fails: ${known}${messageId === undefined ? '' : ` on message ${messageId}`}`;
}
