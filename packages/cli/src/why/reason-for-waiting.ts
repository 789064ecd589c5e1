import type { MessageHeader } from '@consort/core';
import { waitedForBy } from '../images/leg-relations.ts';
import { formatAge, formatMoment } from '../terminal/time.ts';
import { errorWords } from '../trace/leg.ts';
import { blockerOf, type Circumstances } from './circumstances.ts';
import type { Reason } from './reason.ts';
import { failures, nextTry } from './words.ts';

/** Says what keeps a message in its queue; what only a person can change comes first. */
export function reasonForWaiting(header: MessageHeader, circumstances: Circumstances): Reason {
  const { kind, sentence, waitsFor } = waitingAlone(header, circumstances, new Set());
  return {
    kind,
    sentence: `${sentence}${earlierFailures(header)}`,
    ...(waitsFor === undefined ? {} : { waitsFor }),
  };
}

function waitingAlone(
  header: MessageHeader,
  circumstances: Circumstances,
  seen: ReadonlySet<number>,
): Reason {
  const { now, notRunning, redisAwaySince, hosts, places } = circumstances;
  const name = header.targetConfigName;
  const since = header.timeQueued ? ` since ${formatMoment(header.timeQueued, now)}` : '';
  const waits = `waits for ${name}${since}`;
  const host = hosts.get(name);
  const place = places.get(header.id);
  if (place?.disabled) {
    const { since: from, by, reason } = place.disabled;
    const why = reason === undefined ? '' : `: ${reason}`;
    const sentence = `${waits}: the host is disabled since ${formatMoment(from, now)} by ${by}${why}`;
    return { kind: 'disabled', sentence };
  }
  if (!host) {
    return { kind: 'hostGone', sentence: `${waits}, which the production does not have any more` };
  }
  if (notRunning !== undefined) {
    const sentence = `${waits}: the production is not running (${notRunning}); it goes on at the next start`;
    return { kind: 'notRunning', sentence };
  }
  if (host.status !== 'Running') {
    const detail = host.detail === undefined ? '' : `: ${host.detail}`;
    return { kind: 'hostDown', sentence: `${waits}, which is ${host.status}${detail}` };
  }
  const before = place?.before ?? 0;
  const blocker = place && blockerOf(place, host);
  if (blocker) {
    const more = before === 0 ? '' : `; ${counted(before, 'more')} before it`;
    const sentence = `waits behind message ${blocker.id}, ${occupation(blocker, circumstances, seen)}${more}`;
    return { kind: 'behind', sentence, waitsFor: blocker.id };
  }
  if (redisAwaySince !== undefined) {
    const sentence = `${waits}: Redis is away since ${formatMoment(redisAwaySince, now)}; it goes on when it is back`;
    return { kind: 'redisAway', sentence };
  }
  return before === 0
    ? { kind: 'next', sentence: `${waits} and is the next one` }
    : { kind: 'inLine', sentence: `${waits}: ${counted(before, 'message')} before it` };
}

/** What a message in progress is doing, down to what it waits for itself: one in a queue may wait in its turn. */
function occupation(
  header: MessageHeader,
  circumstances: Circumstances,
  seen: ReadonlySet<number>,
): string {
  const { now, sessions } = circumstances;
  const host = header.targetConfigName;
  if (header.attempts > 0) return `which is being retried: ${host} ${nextTry(header, now)}`;
  const asked = waitedForBy(header, sessions.get(header.sessionId) ?? [])?.header;
  if (asked && !seen.has(asked.id)) {
    const waits = `which waits for the response to message ${asked.id}`;
    const further = new Set([...seen, asked.id]);
    return asked.status === 'Queued'
      ? `${waits}, and that ${waitingAlone(asked, circumstances, further).sentence}`
      : `${waits}, ${occupation(asked, circumstances, further)}`;
  }
  const age = header.timeDelivered ? ` for ${formatAge(header.timeDelivered, now)}` : '';
  return `which ${host} has been working on${age}`;
}

function earlierFailures({ attempts, errorStatus }: MessageHeader): string {
  if (attempts === 0) return '';
  const last = errorStatus ? `, the last with ${errorWords(errorStatus)}` : '';
  return `; it had ${failures(attempts)} before${last}`;
}

function counted(count: number, what: 'message' | 'more'): string {
  const noun = what === 'message' && count !== 1 ? 'messages' : what;
  return `${count} ${noun} ${count === 1 ? 'is' : 'are'}`;
}
