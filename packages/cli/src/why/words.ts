import type { MessageHeader } from '@consort/core';
import { formatMoment } from '../terminal/time.ts';
import { errorWords } from '../trace/leg.ts';

/** `failed 3 times since 02:14:05 (FILE_NOT_WRITTEN: …), next try 02:31:00`. */
export function nextTry(header: MessageHeader, now: Date): string {
  const { attempts, firstFailedAt, errorStatus, nextAttemptAt } = header;
  const times = attempts === 1 ? 'once' : `${attempts} times`;
  const since = firstFailedAt
    ? ` ${attempts === 1 ? 'at' : 'since'} ${formatMoment(firstFailedAt, now)}`
    : '';
  const why = errorStatus ? ` (${errorWords(errorStatus)})` : '';
  const isDue = nextAttemptAt === undefined || Date.parse(nextAttemptAt) <= now.getTime();
  const next = isDue ? 'trying again now' : `next try ${formatMoment(nextAttemptAt, now)}`;
  return `failed ${times}${since}${why}, ${next}`;
}

/** `1 failed attempt`. */
export function failures(attempts: number): string {
  return attempts === 1 ? '1 failed attempt' : `${attempts} failed attempts`;
}
