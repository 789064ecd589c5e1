import { formatClock, formatDate, formatDuration, formatTime } from '@consort/core';

export { formatTime };

/** As `formatTime`, with milliseconds. */
export function formatExactTime(time: string): string {
  return `${formatTime(time)}.${String(new Date(time).getMilliseconds()).padStart(3, '0')}`;
}

/** A point in time as a sentence has it: `02:14:05`, or with its date when that is not today's. */
export function formatMoment(time: string, now: Date): string {
  const date = new Date(time);
  return formatDate(date) === formatDate(now) ? formatClock(date) : formatTime(time);
}

/** Milliseconds from one point in time to another; undefined while one of them is not known. */
export function between(from: string | undefined, to: string | undefined): number | undefined {
  if (from === undefined || to === undefined) return undefined;
  return Date.parse(to) - Date.parse(from);
}

/** How long ago a point in time is: `4 s`. */
export function formatAge(time: string, now: Date): string {
  return formatDuration(now.getTime() - Date.parse(time));
}
