import { useNow } from './now.ts';

const inFull = new Intl.DateTimeFormat(undefined, {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** A time in the viewer's zone; pointing at it shows it in UTC. */
export function Time({ children }: { readonly children: string }) {
  return (
    <time dateTime={children} title={utc(children)}>
      {local(children)}
    </time>
  );
}

/** How long ago a time is; pointing at it shows the time itself. It goes on counting by itself. */
export function Age({ since }: { readonly since: string }) {
  const now = useNow();
  return (
    <time dateTime={since} title={`${local(since)}, ${utc(since)}`}>
      {duration(Math.max(0, now - Date.parse(since)))}
    </time>
  );
}

/** Writes an ISO 8601 time in the viewer's zone: `2026-08-25 14:03:11`. */
export function local(time: string): string {
  const parts = Object.fromEntries(
    inFull.formatToParts(new Date(time)).map(({ type, value }) => [type, value]),
  );
  const { year, month, day, hour, minute, second } = parts;
  return `${year}-${month}-${day} ${hour}:${minute}:${second}`;
}

/** Writes an ISO 8601 time in UTC: `2026-08-25 12:03:11.042 UTC`. */
export function utc(time: string): string {
  return `${new Date(time).toISOString().slice(0, 23).replace('T', ' ')} UTC`;
}

/** Writes milliseconds for people: `12 ms`, `4.2 s`, `3 min`, `2 h 5 min`, `3 d 4 h`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 10) return `${(milliseconds / 1000).toFixed(1)} s`;
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24
    ? `${hours} h ${minutes % 60} min`
    : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
