/**
 * When a host is to run, as IRIS writes it (Schedule Specifications): `START:*-*-*T07:00:00,STOP:*-*-*T19:00:00`.
 * A date is `YYYY-MM-DD`, or `WEEK-nn-dd`: the nn-th (01 to 05) dd (00 is Sunday) of a month. Local time.
 */
export type Schedule = readonly ScheduleEvent[];

/** One hour at which a host starts or stops, once or again and again; what is absent is `*`, any. */
export interface ScheduleEvent {
  readonly action: 'START' | 'STOP';
  readonly year?: number;
  readonly month?: number;
  readonly day?: number;
  /** Which of its weekdays in the month, from 1. */
  readonly week?: number;
  /** 0 is Sunday. */
  readonly weekday?: number;
  readonly hour?: number;
  readonly minute?: number;
  readonly second: number;
}

/**
 * Reads a schedule.
 * @throws Error which of its events is none, and why
 */
export function parseSchedule(text: string): Schedule {
  return text.split(',').map((event) => parseEvent(event.trim()));
}

/** Says whether a host runs at `now`: what came last decides, and before anything came, what comes next. */
export function isOn(schedule: Schedule, now: Date): boolean {
  const [last] = schedule
    .flatMap((event) => times(event, now, -1).map((time) => ({ event, time })))
    .toSorted((a, b) => b.time - a.time || order(a.event) - order(b.event));
  if (last) return last.event.action === 'START';
  const next = nextChange(schedule, now);
  return next === undefined || next.action === 'STOP';
}

/** What comes next, and when; undefined when nothing does. */
export function nextChange(
  schedule: Schedule,
  now: Date,
): { readonly action: 'START' | 'STOP'; readonly at: Date } | undefined {
  const [next] = schedule
    .flatMap((event) => times(event, now, 1).map((time) => ({ event, time })))
    .toSorted((a, b) => a.time - b.time || order(a.event) - order(b.event));
  return next && { action: next.event.action, at: new Date(next.time) };
}

/** A STOP and a START at the same second: it stops. */
function order({ action }: ScheduleEvent): number {
  return action === 'STOP' ? 0 : 1;
}

// The rarest date that comes again is a 29 February: eight years around 2100.
const farthest = 9 * 366;

/** The nearest time of an event: not after `now` when looking back (-1), after it when looking ahead (1). */
function times(event: ScheduleEvent, now: Date, way: 1 | -1): readonly number[] {
  const { year } = event;
  const away = year === undefined ? 0 : (year - now.getFullYear()) * 366;
  if (Math.sign(away) === -way) return [];
  for (let days = 0; days <= farthest + Math.abs(away); days += 1) {
    const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() + days * way);
    if (!isDay(event, day)) continue;
    const found = timesOfDay(event, day).filter((time) =>
      way === 1 ? time > now.getTime() : time <= now.getTime(),
    );
    if (found.length > 0) return [way === 1 ? Math.min(...found) : Math.max(...found)];
    if (year !== undefined && days > Math.abs(away) + 366) return [];
  }
  return [];
}

function isDay(event: ScheduleEvent, day: Date): boolean {
  const fits = (wanted: number | undefined, is: number) => wanted === undefined || wanted === is;
  return (
    fits(event.year, day.getFullYear()) &&
    fits(event.month, day.getMonth() + 1) &&
    fits(event.day, day.getDate()) &&
    fits(event.week, Math.ceil(day.getDate() / 7)) &&
    fits(event.weekday, day.getDay())
  );
}

function timesOfDay({ hour, minute, second }: ScheduleEvent, day: Date): readonly number[] {
  const hours = hour === undefined ? upTo(24) : [hour];
  const minutes = minute === undefined ? upTo(60) : [minute];
  const [year, month, date] = [day.getFullYear(), day.getMonth(), day.getDate()];
  return hours.flatMap((h) =>
    minutes.map((m) => new Date(year, month, date, h, m, second).getTime()),
  );
}

function upTo(end: number): readonly number[] {
  return Array.from({ length: end }, (_, index) => index);
}

const pattern = /^(START|STOP):(\d{4}|\*|WEEK)-(\d\d|\*)-(\d\d|\*)T(\d\d|\*):(\d\d|\*):(\d\d)$/;

function parseEvent(text: string): ScheduleEvent {
  const match = pattern.exec(text);
  if (!match) {
    throw new Error(
      `${JSON.stringify(text)} is no event of a schedule; write START:*-*-*T07:00:00 or STOP:WEEK-*-05T19:00:00, with commas between`,
    );
  }
  const [, action, first = '', second = '', third = '', hour = '', minute = '', seconds = ''] =
    match;
  const isWeek = first === 'WEEK';
  refuseStarAfterNumber(
    text,
    isWeek ? [third, hour, minute] : [first, second, third, hour, minute],
  );
  return {
    action: action as 'START' | 'STOP',
    ...(isWeek
      ? { ...part('week', second, 1, 5, text), ...part('weekday', third, 0, 6, text) }
      : {
          ...part('year', first, 1970, 9999, text),
          ...part('month', second, 1, 12, text),
          ...part('day', third, 1, 31, text),
        }),
    ...part('hour', hour, 0, 23, text),
    ...part('minute', minute, 0, 59, text),
    second: Number(seconds),
    ...part('second', seconds, 0, 59, text),
  };
}

function part(name: string, digits: string, least: number, most: number, text: string) {
  if (digits === '*') return {};
  const value = Number(digits);
  if (value >= least && value <= most) return { [name]: value };
  throw new Error(`${text}: the ${name} ${digits} is not between ${least} and ${most}`);
}

/** IRIS reads `2026-*-01` as `*-*-01`: what is not meant so must not pass. */
function refuseStarAfterNumber(text: string, parts: readonly string[]): void {
  const lastStar = parts.lastIndexOf('*');
  if (parts.slice(0, Math.max(0, lastStar)).every((one) => one === '*')) return;
  throw new Error(`${text}: what stands before a * is any too; write * there`);
}
