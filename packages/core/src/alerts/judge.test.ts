import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineOperation, defineService } from '../component.ts';
import type { Host } from '../production.ts';
import { alertText, type Alert } from './alert.ts';
import type { AlertFacts, HostFacts } from './alert-calls.ts';
import type { HostAlerts } from './host-alerts.ts';
import { parseHours } from './hours.ts';
import { isNothing, judge } from './judge.ts';

const settings = z.object({});
const operation = defineOperation({ description: 'x', settings, onMessage: () => undefined });
const service = defineService({
  description: 'x',
  settings,
  onInit: async () => undefined,
  onTearDown: async () => undefined,
});

const nothing: HostFacts = {
  host: 'PACS',
  isDisabled: false,
  failures: { failed: 0, retried: 0, logged: 0 },
  mark: { failed: 0, retried: 0, logged: 0 },
  isRetrying: false,
  queued: 0,
  sentAt: {},
};
const quiet = 300_000;

/** A time on the day of these tests. */
function at(clock: string): string {
  return new Date(`2026-11-24T${clock}Z`).toISOString();
}

/** What is judged of one host named PACS at a time, as open alerts and facts have it. */
function judged(
  alerts: HostAlerts,
  now: string,
  known: Partial<HostFacts>,
  { open = [], kind = 'operation', ...rest }: Partial<AlertFacts> & { kind?: Host['kind'] } = {},
) {
  const host: Host = {
    name: 'PACS',
    kind,
    componentName: 'test',
    component: kind === 'service' ? service : operation,
    poolSize: 1,
    settings: {},
    origins: {},
    alerts,
  };
  const facts = {
    open,
    hosts: [{ ...nothing, ...known }],
    ends: [],
    returns: [],
    endsMark: 0,
    ...rest,
  };
  return judge([host], facts, { now: new Date(at(now)), runSince: at('00:00:00'), quiet });
}

function failing(failures: Partial<HostFacts['failures']>, time: string): Partial<HostFacts> {
  return {
    failures: { ...nothing.failures, ...failures },
    lastFailure: { time: at(time), code: 'PEER_UNREACHABLE', messageId: 7 },
  };
}

function opened(alert: Partial<Alert>): Alert {
  return {
    id: 1,
    condition: 'error',
    host: 'PACS',
    text: 'x',
    startedAt: at('02:00:00'),
    ...alert,
  };
}

describe('an error', () => {
  const onError = { onError: { grace: 0 } };

  it('begins with the first failure, for good or to be tried again', () => {
    const text = 'PACS fails: PEER_UNREACHABLE on message 7';
    for (const failures of [{ failed: 1 }, { retried: 1 }, { logged: 1 }]) {
      const { started } = judged(onError, '02:00:04', failing(failures, '02:00:01'));
      expect(started).toEqual([
        {
          condition: 'error',
          host: 'PACS',
          startedAt: at('02:00:01'),
          lastAt: at('02:00:01'),
          count: 1,
          text,
        },
      ]);
    }
  });

  it('is not begun by what has been dealt with, nor where it is not asked for', () => {
    const old = { ...failing({ failed: 3 }, '01:00:00'), mark: { ...nothing.mark, failed: 3 } };
    expect(isNothing(judged(onError, '02:00:00', old))).toBe(true);
    expect(
      isNothing(judged({ queueCount: 5 }, '02:00:00', failing({ failed: 3 }, '01:59:59'))),
    ).toBe(true);
  });

  it('counts a failed message once, although it is logged too', () => {
    const both = failing({ failed: 40, logged: 40, retried: 2 }, '02:00:01');
    expect(judged(onError, '02:00:02', both).started[0]?.count).toBe(42);
  });

  it('goes on with every failure and is one alert', () => {
    const open = [opened({ count: 1, lastAt: at('02:00:01') })];
    const more = failing({ retried: 1000 }, '05:00:00');
    const { started, continued, ended } = judged(onError, '05:00:02', more, { open });
    expect([started, ended]).toEqual([[], []]);
    expect(continued).toEqual([{ id: 1, lastAt: at('05:00:00'), count: 1000 }]);
  });

  it('ends when the host has worked again and not failed for a while', () => {
    const open = [opened({ count: 1000, lastAt: at('05:00:00') })];
    const past = failing({ retried: 1000 }, '05:00:00');
    const well = { ...past, succeededAt: at('05:00:09') };
    expect(isNothing(judged(onError, '05:04:59', well, { open }))).toBe(true);
    expect(isNothing(judged(onError, '09:00:00', past, { open }))).toBe(true);
    expect(isNothing(judged(onError, '09:00:00', { ...well, isRetrying: true }, { open }))).toBe(
      true,
    );
    expect(judged(onError, '05:05:00', well, { open })).toMatchObject({
      ended: [{ id: 1, endedAt: at('05:00:00') }],
      marks: [{ host: 'PACS', failed: 0, retried: 1000, logged: 0 }],
    });
  });

  it('of a service waits for the end of its grace period, and does not come when it works again', () => {
    const graced = { onError: { grace: 120_000 } };
    const first = failing({ logged: 1 }, '02:00:00');
    const waiting = judged(graced, '02:00:03', first, { kind: 'service' });
    expect(waiting).toMatchObject({ started: [], marks: [{ pendingSince: at('02:00:00') }] });
    const mark = { ...nothing.mark, pendingSince: at('02:00:00') };
    const later = { ...failing({ logged: 9 }, '02:01:59'), mark };
    expect(isNothing(judged(graced, '02:01:59', later, { kind: 'service' }))).toBe(true);
    const over = judged(graced, '02:02:00', later, { kind: 'service' });
    expect(over.started).toMatchObject([{ startedAt: at('02:00:00'), count: 9 }]);
    expect(over.marks).toEqual([{ host: 'PACS', ...nothing.mark }]);
    const well = { ...later, succeededAt: at('02:01:59.500') };
    expect(judged(graced, '02:02:00', well, { kind: 'service' })).toMatchObject({
      started: [],
      marks: [{ host: 'PACS', logged: 9 }],
    });
  });

  it('of an operation waits while a message is tried again, and not for one that failed for good', () => {
    const graced = { onError: { grace: 600_000 } };
    const retrying = { ...failing({ retried: 1 }, '02:00:00'), isRetrying: true };
    const { marks, started } = judged(graced, '02:00:03', retrying);
    expect(started).toEqual([]);
    expect(marks).toMatchObject([{ pendingSince: at('02:00:00') }]);
    const mark = { ...nothing.mark, pendingSince: at('02:00:00') };
    expect(judged(graced, '02:10:00', { ...retrying, mark }).started).toMatchObject([
      { startedAt: at('02:00:00') },
    ]);
    const arrived = judged(graced, '02:10:00', { ...retrying, mark, isRetrying: false });
    expect(arrived).toMatchObject({ started: [], marks: [{ retried: 1 }] });
    expect(judged(graced, '02:00:03', failing({ failed: 1 }, '02:00:00')).started).toHaveLength(1);
  });

  it('quotes no word of the error but its code', () => {
    const lastFailure = { time: at('02:00:00'), code: 'DOE^JOHN 1970' };
    const { started } = judged(onError, '02:00:01', {
      ...failing({ failed: 1 }, '02:00:00'),
      lastFailure,
    });
    expect(started[0]?.text).toBe('PACS fails: HANDLER_FAILED');
  });
});

describe('a queue', () => {
  it('is too long at its limit, and short again below 80 % of it', () => {
    const count = { queueCount: 100 };
    expect(isNothing(judged(count, '02:00:00', { queued: 99 }))).toBe(true);
    const { started } = judged(count, '02:00:00', { queued: 100 });
    expect(started).toMatchObject([
      { condition: 'queueCount', startedAt: at('02:00:00'), count: 100 },
    ]);
    const open = [opened({ condition: 'queueCount', count: 100 })];
    expect(judged(count, '02:00:00', { queued: 120 }, { open }).continued).toEqual([
      { id: 1, count: 120 },
    ]);
    for (const queued of [100, 81, 80]) {
      expect(isNothing(judged(count, '02:00:00', { queued }, { open }))).toBe(true);
    }
    expect(judged(count, '02:20:00', { queued: 79 }, { open }).ended).toEqual([
      { id: 1, endedAt: at('02:20:00') },
    ]);
  });

  it('keeps a message too long at its limit, and no more below 80 % of it', () => {
    const wait = { queueWait: 300_000 };
    const since = (time: string) => ({ waitingSince: at(time) });
    expect(isNothing(judged(wait, '02:04:59', since('02:00:00')))).toBe(true);
    expect(judged(wait, '02:05:00', since('02:00:00')).started).toMatchObject([
      { text: 'a message has waited for PACS for 5 min (queueWaitAlert)' },
    ]);
    const open = [opened({ condition: 'queueWait' })];
    expect(isNothing(judged(wait, '02:05:00', since('02:01:00'), { open }))).toBe(true);
    expect(judged(wait, '02:05:00', since('02:01:01'), { open }).ended).toHaveLength(1);
    expect(judged(wait, '02:05:00', {}, { open }).ended).toHaveLength(1);
  });
});

describe('inactivity', () => {
  const inactive = { inactivity: 2_700_000 };

  it('begins when there was no work for so long, and ends with work', () => {
    expect(isNothing(judged(inactive, '02:44:59', { activeAt: at('02:00:00') }))).toBe(true);
    const { started } = judged(inactive, '02:45:00', { activeAt: at('02:00:00') });
    expect(started).toMatchObject([
      { startedAt: at('02:00:00'), text: 'PACS has had no work for 45 min' },
    ]);
    const open = [opened({ condition: 'inactive' })];
    expect(isNothing(judged(inactive, '03:00:00', { activeAt: at('02:00:00') }, { open }))).toBe(
      true,
    );
    expect(judged(inactive, '03:00:00', { activeAt: at('02:59:58') }, { open }).ended).toEqual([
      { id: 1, endedAt: at('02:59:58') },
    ]);
  });

  it('is counted from the start of this run at the earliest, and not while the host is disabled', () => {
    expect(isNothing(judged(inactive, '00:44:59', {}))).toBe(true);
    expect(judged(inactive, '00:45:00', {}).started).toMatchObject([{ startedAt: at('00:00:00') }]);
    expect(isNothing(judged(inactive, '05:00:00', { isDisabled: true }))).toBe(true);
  });
});

describe('an expected sender', () => {
  const always = { expect: [{ callingAet: 'CT2', within: 2_700_000 }] };
  const sent = (time: string) => ({ sentAt: { CT2: at(time) } });

  it('is silent when it has sent nothing for so long, until it sends', () => {
    expect(isNothing(judged(always, '02:44:59', sent('02:00:00')))).toBe(true);
    expect(judged(always, '02:45:00', sent('02:00:00')).started).toMatchObject([
      {
        condition: 'expectedSender',
        host: 'PACS',
        callingAet: 'CT2',
        startedAt: at('02:00:00'),
        text: 'CT2 has sent nothing to PACS for 45 min',
      },
    ]);
    const open = [opened({ condition: 'expectedSender', callingAet: 'CT2' })];
    expect(isNothing(judged(always, '09:00:00', sent('02:00:00'), { open }))).toBe(true);
    expect(judged(always, '09:00:00', sent('08:59:59'), { open }).ended).toEqual([
      { id: 1, endedAt: at('08:59:59') },
    ]);
  });

  it('is expected inside the hours only, from their beginning', () => {
    const during = parseHours('Tue 07:00-19:00') ?? [];
    const day = { expect: [{ callingAet: 'CT2', within: 2_700_000, during }] };
    // These clocks are local time: the run began before the day did, whatever the zone.
    const judgedAt = (clock: string, known: Partial<HostFacts>, open: readonly Alert[] = []) => {
      const host = {
        name: 'PACS',
        kind: 'service',
        component: service,
        alerts: day,
      } as unknown as Host;
      const facts = { open, hosts: [{ ...nothing, ...known }], ends: [], returns: [], endsMark: 0 };
      const now = new Date(`2026-11-24T${clock}`);
      return judge([host], facts, { now, runSince: '2026-11-20T00:00:00.000Z', quiet });
    };
    const atNight = { sentAt: { CT2: new Date('2026-11-24T06:50').toISOString() } };
    expect(isNothing(judgedAt('06:59:59', {}))).toBe(true);
    expect(isNothing(judgedAt('07:44:59', atNight))).toBe(true);
    expect(judgedAt('07:45:00', atNight).started).toMatchObject([
      { startedAt: new Date('2026-11-24T07:00').toISOString() },
    ]);
    expect(isNothing(judgedAt('19:00:00', {}))).toBe(true);
    const open = [opened({ condition: 'expectedSender', callingAet: 'CT2' })];
    expect(isNothing(judgedAt('23:00:00', {}, open))).toBe(true);
  });

  it('is one alert for each title', () => {
    const both = { expect: ['CT1', 'CT2'].map((callingAet) => ({ callingAet, within: 60_000 })) };
    const open = [opened({ condition: 'expectedSender', callingAet: 'CT2' })];
    const { started } = judged(both, '02:00:00', {}, { open });
    expect(started.map(({ callingAet }) => callingAet)).toEqual(['CT1']);
  });
});

describe('a dead worker', () => {
  const ends = ['02:00:00', '02:00:01'].map((time) => ({ hosts: 'A, B', time: at(time) }));

  it('is one alert for each thread, however often it ends', () => {
    const other = { hosts: 'Door', time: at('02:00:00') };
    const { started, endsMark } = judged(
      {},
      '02:00:02',
      {},
      { ends: [...ends, other], endsMark: 9 },
    );
    expect(started).toMatchObject([
      { condition: 'deadWorker', host: 'A, B', startedAt: at('02:00:00'), count: 2 },
      { condition: 'deadWorker', host: 'Door', count: 1 },
    ]);
    expect(endsMark).toBe(9);
    const open = [opened({ condition: 'deadWorker', host: 'A, B', count: 5 })];
    const more = judged({}, '02:00:02', {}, { ends, open });
    expect(more.started).toEqual([]);
    expect(more.continued).toEqual([{ id: 1, lastAt: at('02:00:01'), count: 7 }]);
  });

  it('is over when its thread has run for a while, also when the file has other hosts by now', () => {
    const open = [opened({ condition: 'deadWorker', host: 'A, B', lastAt: at('02:00:00') })];
    expect(isNothing(judged({}, '02:04:59', {}, { open }))).toBe(true);
    expect(judged({}, '02:05:00', {}, { open }).ended).toEqual([
      { id: 1, endedAt: at('02:00:00') },
    ]);
  });
});

describe('images that come back', () => {
  const returned = (callingAet: string, clock: string) => ({
    host: 'Door',
    callingAet,
    time: at(clock),
  });

  it('are one alert for each service and peer, with their count', () => {
    const returns = [
      returned('B', '02:00:00'),
      returned('C', '02:00:01'),
      returned('B', '02:00:02'),
    ];
    expect(judged({}, '02:00:03', {}, { returns }).started).toMatchObject([
      { condition: 'imageReturned', host: 'Door', callingAet: 'B', count: 2 },
      { condition: 'imageReturned', host: 'Door', callingAet: 'C', count: 1 },
    ]);
    const open = [
      opened({ condition: 'imageReturned', host: 'Door', callingAet: 'B', count: 40 }),
      opened({ id: 2, condition: 'imageReturned', host: 'Other', callingAet: 'B' }),
    ];
    const more = judged({}, '02:00:03', {}, { open, returns: [returned('B', '02:00:02')] });
    expect(more.started).toEqual([]);
    expect(more.continued).toEqual([{ id: 1, lastAt: at('02:00:02'), count: 41 }]);
  });

  it('are over when none has come for a while', () => {
    const one = { condition: 'imageReturned', host: 'Door', callingAet: 'B' } as const;
    const open = [opened({ ...one, lastAt: at('02:00:00'), count: 3 })];
    expect(isNothing(judged({}, '02:04:59', {}, { open }))).toBe(true);
    const { ended } = judged({}, '02:05:00', {}, { open });
    expect(ended).toEqual([{ id: 1, endedAt: at('02:00:00') }]);
    expect(alertText({ ...open[0]!, ...ended[0]! })).toBe(
      'B sends nothing back to Door any more; it had sent 3 images',
    );
  });
});

it('an alert that is not asked for any more ends, and says so', () => {
  const open = [opened({ text: 'PACS fails: DISK_FULL' }), opened({ id: 2, host: 'Gone' })];
  const { ended } = judged({ queueCount: 5 }, '02:00:00', {}, { open });
  expect(ended.map(({ id }) => id)).toEqual([1, 2]);
  const [first] = ended;
  expect(alertText({ ...open[0]!, ...first })).toBe(
    'PACS fails: DISK_FULL: the production file no longer asks for this alert',
  );
});

it.each([
  ['error', { count: 1 }, 'PACS works again; it had failed once'],
  ['error', { count: 1412 }, 'PACS works again; it had failed 1412 times in 3 h 12 min'],
  [
    'queueCount',
    { count: 340 },
    'the queue of PACS is short again after 3 h 12 min; at most 340 messages waited',
  ],
  ['queueWait', {}, 'no message waits too long for PACS any more, after 3 h 12 min'],
  ['inactive', {}, 'PACS has work again, after 3 h 12 min without'],
  ['expectedSender', { callingAet: 'CT2' }, 'CT2 sends to PACS again, after 3 h 12 min of silence'],
  ['deadWorker', { count: 2 }, 'the thread of PACS runs again; it had ended 2 times in 3 h 12 min'],
] as const)('the end of %s is said in a sentence', (condition, more, text) => {
  expect(alertText(opened({ condition, endedAt: at('05:12:00'), ...more }))).toBe(text);
});
