import { formatDuration } from '@consort/core';
import type { MessagesInspection } from '@consort/store';
import { formatTime } from '../terminal/time.ts';
import { fine, type Finding } from './finding.ts';

/** Milliseconds by which two readings may differ. */
const tolerance = 2_000;

/** Looks whether the clock goes forward only: against the newest message, and from message to message. */
export function examineClock(
  now: Date,
  record: MessagesInspection | undefined,
): readonly Finding[] {
  const { newest, setBack } = record ?? {};
  const findings: Finding[] = [];
  const ahead = newest ? Date.parse(newest.time) - now.getTime() : 0;
  if (newest && ahead > tolerance) {
    findings.push({
      check: 'clock',
      severity: 'problem',
      text: `it is ${formatTime(now.toISOString())}, but message ${newest.messageId} was made ${formatDuration(ahead)} later, at ${formatTime(newest.time)}`,
      meaning:
        'the clock was set back, or was ahead: times in the record do not follow one another, and what goes by time (retries, retention, --since) is off by as much',
      remedy: 'set the clock right and keep it by NTP (timedatectl, chronyc tracking)',
    });
  }
  if (setBack) {
    findings.push({
      check: 'clock',
      severity: 'warning',
      text: `before message ${setBack.messageId}, at ${formatTime(setBack.time)}, the clock was set back by ${formatDuration(setBack.seconds * 1000)}`,
      meaning:
        'messages made then look earlier than those before them; their numbers give the order',
      remedy: 'keep the clock by NTP; production messages lists by number, not by time',
    });
  }
  if (findings.length > 0) return findings;
  const since = newest ? `, after the newest message (${formatTime(newest.time)})` : '';
  return [fine('clock', `${formatTime(now.toISOString())}${since}; it was never set back`)];
}
