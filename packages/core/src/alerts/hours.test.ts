import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { longestStretch, openedAt, parseHours } from './hours.ts';

const zone = process.env['TZ'];
beforeAll(() => {
  process.env['TZ'] = 'Europe/Berlin';
});
afterAll(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

/** Since when the hours run at a time, both as local time; undefined outside of them. */
function opened(hours: string, now: string): string | undefined {
  const since = openedAt(parseHours(hours) ?? [], new Date(now));
  if (!since) return undefined;
  const two = (number: number) => String(number).padStart(2, '0');
  const date = [since.getFullYear(), two(since.getMonth() + 1), two(since.getDate())].join('-');
  return `${date}T${two(since.getHours())}:${two(since.getMinutes())}`;
}

describe('hours', () => {
  // 2026-11-23 is a Monday.
  it.each([
    ['Mon-Fri 07:00-19:00', '2026-11-23T07:00', '2026-11-23T07:00'],
    ['Mon-Fri 07:00-19:00', '2026-11-23T06:59:59', undefined],
    ['Mon-Fri 07:00-19:00', '2026-11-27T18:59:59', '2026-11-27T07:00'],
    ['Mon-Fri 07:00-19:00', '2026-11-27T19:00', undefined],
    ['Mon-Fri 07:00-19:00', '2026-11-28T12:00', undefined],
    ['Sat-Mon 08:00-12:00', '2026-11-29T11:00', '2026-11-29T08:00'],
    ['Sat-Mon 08:00-12:00', '2026-11-24T11:00', undefined],
    ['Sun 08:00-12:00', '2026-11-29T08:00', '2026-11-29T08:00'],
    ['07:00-19:00', '2026-11-28T12:00', '2026-11-28T07:00'],
    ['Mon-Fri 07:00-19:00, Sat 08:00-12:00', '2026-11-28T09:00', '2026-11-28T08:00'],
    ['Fri 22:00-06:00', '2026-11-28T05:59', '2026-11-27T22:00'],
    ['Fri 22:00-06:00', '2026-11-28T06:00', undefined],
    ['Fri 22:00-06:00', '2026-11-27T05:00', undefined],
    ['Mon 07:00-24:00', '2026-11-23T23:59', '2026-11-23T07:00'],
    ['Mon 07:00-24:00, Tue 00:00-06:00', '2026-11-24T05:00', '2026-11-23T07:00'],
  ])('%s at %s run since %s', (hours, now, since) => {
    expect(opened(hours, now)).toBe(since);
  });

  it('that never end have run for a week at least', () => {
    const now = new Date('2026-11-23T12:00');
    const since = openedAt(parseHours('00:00-24:00') ?? [], now);
    expect(now.getTime() - (since?.getTime() ?? 0)).toBeGreaterThan(7 * 24 * 3_600_000);
  });

  it('are local time on the days when the clock is changed', () => {
    expect(opened('07:00-19:00', '2026-03-29T08:00')).toBe('2026-03-29T07:00');
    expect(opened('07:00-19:00', '2026-10-25T08:00')).toBe('2026-10-25T07:00');
    expect(new Date('2026-03-28T12:00').getTimezoneOffset()).toBe(-60);
    expect(new Date('2026-03-29T12:00').getTimezoneOffset()).toBe(-120);
  });

  it.each(['', 'Mon', 'Mon-Fri', '7:00-19:00', '07:00-25:00', '07:60-08:00', '24:00-06:00'])(
    'are not written %j',
    (text) => {
      expect(parseHours(text)).toBeUndefined();
    },
  );

  it.each(['Mo-Fr 07:00-19:00', 'Mon-Fri 07:00-19:00,', 'Mon 07:00 - 19:00'])(
    'are not written %j either',
    (text) => {
      expect(parseHours(text)).toBeUndefined();
    },
  );

  it.each([
    ['Mon-Fri 07:00-19:00', 12],
    ['22:00-06:00', 8],
    ['Mon 07:00-24:00, Tue 00:00-06:00', 23],
    ['Sat 12:00-24:00, Sun 00:00-12:00', 24],
    ['00:00-24:00', Infinity],
  ])('%s run for %d hours on end at most', (hours, expected) => {
    expect(longestStretch(parseHours(hours) ?? []) / 3_600_000).toBe(expected);
  });
});
