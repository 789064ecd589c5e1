/** Hours of some days of the week, in the local time zone of the process. Minutes are counted from midnight. */
export interface Hours {
  /** 0 is Sunday. */
  readonly days: readonly number[];
  readonly from: number;
  /** Not after `from`: on the next day. */
  readonly to: number;
}

/**
 * Reads hours as they are written, `Mon-Fri 07:00-19:00`; several stand beside each other, with commas between.
 * Without days they are those of every day; `22:00-06:00` ends on the next day. Undefined when they are none.
 */
export function parseHours(text: string): readonly Hours[] | undefined {
  const parts = text.split(',').map((part) => parsePart(part.trim()));
  return parts.every((part) => part !== undefined) ? parts : undefined;
}

/**
 * Says since when the hours that run at `now` have been running; undefined outside of them. Hours that end where
 * others begin are one stretch.
 */
export function openedAt(hours: readonly Hours[], now: Date): Date | undefined {
  let opened = startOf(hours, now);
  // Back through what comes right before, a week at most: hours that never end have run long enough then.
  for (let steps = 0; opened && steps < 14; steps += 1) {
    const earlier = startOf(hours, new Date(opened.getTime() - 1));
    if (!earlier) break;
    opened = earlier;
  }
  return opened;
}

/** The longest time in milliseconds that such hours run without a break; Infinity when they never end. */
export function longestStretch(hours: readonly Hours[]): number {
  const week = Array.from({ length: 7 * day }, () => false);
  for (const { days, from, to } of hours) {
    const length = to > from ? to - from : to - from + day;
    for (const each of days) {
      for (let minute = 0; minute < length; minute += 1) {
        week[(each * day + from + minute) % week.length] = true;
      }
    }
  }
  if (!week.includes(false)) return Infinity;
  const first = week.indexOf(false);
  let longest = 0;
  let current = 0;
  for (let minute = 0; minute < week.length; minute += 1) {
    current = week[(first + minute) % week.length] ? current + 1 : 0;
    longest = Math.max(longest, current);
  }
  return longest * 60_000;
}

const day = 24 * 60;
const dayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const dayName = `(${dayNames.join('|')})`;
const clock = String.raw`(\d\d):(\d\d)`;
const pattern = new RegExp(`^(?:${dayName}(?:-${dayName})? +)?${clock}-${clock}$`);

function parsePart(text: string): Hours | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const [, firstDay, lastDay = firstDay, ...numbers] = match;
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = numbers.map(Number);
  if (fromMinute > 59 || toMinute > 59) return undefined;
  const from = fromHour * 60 + fromMinute;
  const to = toHour * 60 + toMinute;
  if (from >= day || to > day) return undefined;
  return { days: daysFrom(firstDay, lastDay), from, to };
}

function daysFrom(first: string | undefined, last: string | undefined): readonly number[] {
  const begin = first === undefined ? 0 : dayNames.indexOf(first);
  const end = last === undefined ? 6 : dayNames.indexOf(last);
  return Array.from({ length: ((end - begin + 7) % 7) + 1 }, (_, index) => (begin + index) % 7);
}

/** When the earliest of the hours that hold at `now` began: today, or yesterday where they go past midnight. */
function startOf(hours: readonly Hours[], now: Date): Date | undefined {
  const starts = [0, 1].flatMap((ago) =>
    hours.flatMap(({ days, from, to }) => {
      const start = at(now, -ago, from);
      const end = at(now, to > from ? -ago : 1 - ago, to);
      return days.includes(start.getDay()) && start <= now && now < end ? [start] : [];
    }),
  );
  return starts.toSorted((one, other) => one.getTime() - other.getTime())[0];
}

/** A time of day some days from `now`, local time: on days when the clock is changed too. */
function at(now: Date, days: number, minutes: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, 0, minutes);
}
