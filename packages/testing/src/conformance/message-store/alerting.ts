import { describe, expect, test } from 'vitest';
import { changes } from './alert-facts.ts';
import { claimer, failed, fromProcess, type Subject } from './example-messages.ts';

/** Alerts as they begin, go on and end. Part of `testMessageStore`. */
export function testAlerting(store: Subject): void {
  const claimed = claimer(store);

  describe('alerts', () => {
    test('one that begins is open, in the event log, and told by a message of its own session', async () => {
      const noted = await store().noteAlerts(changes({ started: [fails], target }));
      const [message] = noted.messages;
      expect(noted.events).toMatchObject([
        {
          type: 'Alert',
          code: 'ALERT_STARTED',
          host: 'PACS',
          text: fails.text,
          ...toMessage(message),
        },
      ]);
      expect(await store().events({ type: 'Alert' })).toMatchObject(noted.events);
      const { open } = await store().alertFacts([]);
      expect(open).toEqual([{ id: 1, ...fails }]);
      const claim = await claimed('Mail');
      expect(claim.header).toMatchObject({
        id: message?.id,
        sessionId: message?.id,
        priority: 'HighSync',
        sourceConfigName: '_Alerts',
        sourceBusinessType: 'Unknown',
      });
      expect(claim.body).toEqual({
        type: 'alert',
        alert: 1,
        state: 'started',
        production: 'Demo',
        condition: 'error',
        host: 'PACS',
        text: fails.text,
        startedAt: fails.startedAt,
        count: 1,
      });
      expect(await store().finish(claim.claim, { status: 'Completed' })).toBeUndefined();
    });

    test('one that goes on changes its count and tells nobody', async () => {
      await store().noteAlerts(changes({ started: [fails], target }));
      const continued = [{ id: 1, lastAt: '2026-01-01T03:00:00.000Z', count: 1000 }];
      const noted = await store().noteAlerts(changes({ continued, target }));
      expect(noted).toEqual({ events: [], messages: [] });
      const { open } = await store().alertFacts([]);
      expect(open).toEqual([{ id: 1, ...fails, lastAt: continued[0]?.lastAt, count: 1000 }]);
    });

    test('one that ends says how long it lasted and how much of it there was; it ends once', async () => {
      await store().noteAlerts(changes({ started: [{ ...fails, count: 1000 }], target }));
      const ended = [{ id: 1, endedAt: '2026-01-01T03:12:00.000Z' }];
      const noted = await store().noteAlerts(changes({ ended, target }));
      const text = 'PACS works again; it had failed 1000 times in 3 h 12 min';
      expect(noted.events).toMatchObject([
        { code: 'ALERT_ENDED', text, details: { count: 1000, duration: 11_520_000 } },
      ]);
      expect((await store().alertFacts([])).open).toEqual([]);
      await claimed('Mail');
      expect((await claimed('Mail', 2)).body).toMatchObject({ state: 'ended', alert: 1, text });
      expect((await store().noteAlerts(changes({ ended, target }))).events).toEqual([]);
    });

    test('without anybody to tell, the event log has it', async () => {
      const noted = await store().noteAlerts(changes({ started: [fails] }));
      expect(noted.messages).toEqual([]);
      expect(await store().events({ code: 'ALERT_STARTED' })).toHaveLength(1);
      expect(await store().alerts()).toMatchObject([{ messages: [], delivery: 'none' }]);
    });

    test('the same condition of the same host is open once', async () => {
      await store().noteAlerts(changes({ started: [fails] }));
      await expect(store().noteAlerts(changes({ started: [fails] }))).rejects.toThrow();
      const other = { ...fails, condition: 'expectedSender', callingAet: 'CT1' } as const;
      await store().noteAlerts(changes({ started: [other, { ...other, callingAet: 'CT2' }] }));
      expect(await store().alerts({ isOpen: true })).toHaveLength(3);
    });

    test('they are listed newest first, by host, by what is open and by when they changed', async () => {
      const workers = { ...fails, condition: 'deadWorker', host: 'PACS, Mail' } as const;
      await store().noteAlerts(changes({ started: [fails, workers, { ...fails, host: 'PACS2' }] }));
      const since = new Date(Date.now() + 60_000).toISOString();
      const ids = async (filter: Parameters<ReturnType<Subject>['alerts']>[0]) =>
        (await store().alerts(filter)).map(({ id }) => id);
      expect(await ids({})).toEqual([3, 2, 1]);
      expect(await ids({ host: 'PACS' })).toEqual([2, 1]);
      expect(await ids({ limit: 1 })).toEqual([3]);
      expect(await ids({ since })).toEqual([]);
      await store().noteAlerts(changes({ ended: [{ id: 1, endedAt: fails.startedAt }] }));
      expect(await ids({ isOpen: true })).toEqual([3, 2]);
      expect((await store().alerts({ host: 'PACS' })).at(-1)).toEqual({
        id: 1,
        ...fails,
        endedAt: fails.startedAt,
        messages: [],
        delivery: 'none',
      });
    });

    test('each is as far delivered as the worst of what its messages led to', async () => {
      const delivery = async () => (await store().alerts())[0]?.delivery;
      await store().noteAlerts(changes({ started: [fails], target }));
      expect(await delivery()).toBe('waiting');
      const first = await claimed('Mail');
      await store().send(fromProcess(first, 0, { responseRequired: false }));
      await store().finish(first.claim, { status: 'Completed' });
      expect(await delivery()).toBe('waiting');
      const passedOn = await claimed('Operation');
      await store().finish(passedOn.claim, { status: 'Error', error: failed });
      expect(await delivery()).toBe('failed');
      await store().noteAlerts(changes({ ended: [{ id: 1, endedAt: fails.startedAt }], target }));
      await store().finish((await claimed('Mail')).claim, { status: 'Completed' });
      expect(await delivery()).toBe('failed');
    });

    test('one whose messages have all arrived is delivered', async () => {
      await store().noteAlerts(changes({ started: [fails], target }));
      await store().finish((await claimed('Mail')).claim, { status: 'Completed' });
      expect(await store().alerts()).toMatchObject([{ messages: [1], delivery: 'delivered' }]);
    });
  });
}

const target = { host: 'Mail', type: 'BusinessOperation' } as const;
const fails = {
  condition: 'error',
  host: 'PACS',
  text: 'PACS fails: DISK_FULL on message 7',
  startedAt: '2026-01-01T00:00:00.000Z',
  lastAt: '2026-01-01T00:00:00.000Z',
  count: 1,
} as const;

function toMessage(message: { readonly id: number } | undefined) {
  return { messageId: message?.id, sessionId: message?.id };
}
