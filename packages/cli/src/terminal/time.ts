/** Writes a length of time for people: `23 ms`, `4.2 s`, `3 min 12 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(milliseconds: number): string {
  const rounded = Math.max(0, Math.round(milliseconds));
  if (rounded < 1000) return `${rounded} ms`;
  if (rounded < 9_950) return `${Number((rounded / 1000).toFixed(1))} s`;
  const seconds = Math.round(rounded / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return both(minutes, 'min', seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return both(hours, 'h', minutes % 60, 'min');
  return both(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function both(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** Writes a point in time in the local zone: `2026-08-25 14:03:11`. */
export function formatTime(time: string): string {
  const date = new Date(time);
  return `${formatDate(date)} ${formatClock(date)}`;
}

/** As `formatTime`, with milliseconds. */
export function formatExactTime(time: string): string {
  return `${formatTime(time)}.${String(new Date(time).getMilliseconds()).padStart(3, '0')}`;
}

function formatDate(date: Date): string {
  return [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
}

function formatClock(date: Date): string {
  return [two(date.getHours()), two(date.getMinutes()), two(date.getSeconds())].join(':');
}

function two(number: number): string {
  return String(number).padStart(2, '0');
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
