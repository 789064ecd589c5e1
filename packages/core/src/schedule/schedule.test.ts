import { describe, expect, it } from 'vitest';
import { isOn, nextChange, parseSchedule } from './schedule.ts';

const daily = 'START:*-*-*T07:00:00,STOP:*-*-*T19:00:00';

describe('a schedule', () => {
  it.each([
    [daily, '2026-11-24T06:59:59', false],
    [daily, '2026-11-24T07:00:00', true],
    [daily, '2026-11-24T18:59:59', true],
    [daily, '2026-11-24T19:00:00', false],
    // Monday to Friday: it starts on Monday and stops on Friday night.
    ['START:WEEK-*-01T06:00:00,STOP:WEEK-*-05T20:00:00', '2026-11-24T03:00:00', true],
    ['START:WEEK-*-01T06:00:00,STOP:WEEK-*-05T20:00:00', '2026-11-28T12:00:00', false],
    ['START:WEEK-*-01T06:00:00,STOP:WEEK-*-05T20:00:00', '2026-11-30T06:00:00', true],
    // The first Sunday of a month is the day of maintenance.
    ['STOP:WEEK-01-00T02:00:00,START:WEEK-01-00T04:00:00', '2026-12-06T03:00:00', false],
    ['STOP:WEEK-01-00T02:00:00,START:WEEK-01-00T04:00:00', '2026-12-13T03:00:00', true],
    ['STOP:*-*-01T00:00:00,START:*-*-02T00:00:00', '2026-11-01T12:00:00', false],
    ['STOP:*-*-01T00:00:00,START:*-*-02T00:00:00', '2026-11-30T12:00:00', true],
    ['STOP:*-02-29T00:00:00,START:*-03-01T00:00:00', '2028-02-29T12:00:00', false],
    ['STOP:*-02-29T00:00:00,START:*-03-01T00:00:00', '2027-02-28T12:00:00', true],
    // Once only: it has not begun yet, it has, it is over.
    ['START:2026-12-01T00:00:00', '2026-11-24T00:00:00', false],
    ['START:2026-12-01T00:00:00', '2031-01-01T00:00:00', true],
    ['STOP:2026-12-01T00:00:00', '2026-11-24T00:00:00', true],
    ['STOP:2010-12-01T00:00:00', '2026-11-24T00:00:00', false],
    // Half of every hour.
    ['START:*-*-*T*:00:00,STOP:*-*-*T*:30:00', '2026-11-24T11:29:59', true],
    ['START:*-*-*T*:00:00,STOP:*-*-*T*:30:00', '2026-11-24T11:30:00', false],
    // Of a stop and a start at once, the stop holds.
    ['START:*-*-*T07:00:00,STOP:*-*-*T07:00:00', '2026-11-24T08:00:00', false],
  ])('%s at %s: %s', (text, now, on) => {
    expect(isOn(parseSchedule(text), new Date(now))).toBe(on);
  });

  it('knows what comes next', () => {
    const at = (text: string, now: string) => nextChange(parseSchedule(text), new Date(now));
    expect(at(daily, '2026-11-24T06:00:00')).toEqual({
      action: 'START',
      at: new Date('2026-11-24T07:00:00'),
    });
    expect(at(daily, '2026-11-24T19:00:00')).toEqual({
      action: 'START',
      at: new Date('2026-11-25T07:00:00'),
    });
    expect(at('STOP:WEEK-05-02T01:02:03', '2026-11-24T00:00:00')).toEqual({
      action: 'STOP',
      at: new Date('2026-12-29T01:02:03'),
    });
    expect(at('STOP:2010-12-01T00:00:00', '2026-11-24T00:00:00')).toBeUndefined();
  });

  it.each([
    ['', 'no event of a schedule'],
    ['07:00-19:00', 'no event of a schedule'],
    ['START:*-*-*T25:00:00', 'the hour 25 is not between 0 and 23'],
    ['START:*-13-01T00:00:00', 'the month 13 is not between 1 and 12'],
    ['START:WEEK-06-01T00:00:00', 'the week 06 is not between 1 and 5'],
    ['START:WEEK-*-07T00:00:00', 'the weekday 07 is not between 0 and 6'],
    ['START:2026-*-01T00:00:00', 'what stands before a * is any too'],
    ['START:*-*-*T07:00:00;STOP:*-*-*T19:00:00', 'no event of a schedule'],
  ])('%j is refused: %s', (text, reason) => {
    expect(() => parseSchedule(text)).toThrow(reason);
  });
});
