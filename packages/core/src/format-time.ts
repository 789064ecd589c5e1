/** Writes a point in time in the local zone: `2026-08-25 14:03:11`. */
export function formatTime(time: string): string {
  const date = new Date(time);
  return `${formatDate(date)} ${formatClock(date)}`;
}

/** The day of a point in time in the local zone: `2026-08-25`. */
export function formatDate(date: Date): string {
  return [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
}

/** The time of day in the local zone: `14:03:11`. */
export function formatClock(date: Date): string {
  return [two(date.getHours()), two(date.getMinutes()), two(date.getSeconds())].join(':');
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
