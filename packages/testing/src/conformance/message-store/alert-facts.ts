import type { AlertChanges, AlertFacts, HostFacts } from '@consort/core';
import { describe, expect, test } from 'vitest';
import {
  claimer,
  done,
  failed,
  fromProcess,
  fromService,
  type Subject,
} from './example-messages.ts';

/** What the record knows that alerts are made of. Part of `testMessageStore`. */
export function testAlertFacts(store: Subject): void {
  const claimed = claimer(store);

  async function factsOf(host: string, expected: readonly string[] = []): Promise<HostFacts> {
    const { hosts } = await store().alertFacts([{ host, hasQueueAlert: true, expected }]);
    if (!hosts[0]) throw new Error(`there are no facts of ${host}`);
    return hosts[0];
  }

  describe('what alerts are made of', () => {
    test('a host without a past has nothing to tell', async () => {
      expect(await factsOf('Process')).toEqual({
        host: 'Process',
        isDisabled: false,
        failures: { failed: 0, retried: 0, logged: 0 },
        mark: { failed: 0, retried: 0, logged: 0 },
        isRetrying: false,
        queued: 0,
        sentAt: {},
      });
    });

    test('failures are counted as they are recorded, with the last of them', async () => {
      await store().send(fromService);
      const first = await claimed('Process');
      await store().retrying(first.claim, failed, new Date().toISOString());
      await store().retrying(first.claim, failed, new Date().toISOString());
      expect((await factsOf('Process')).isRetrying).toBe(true);
      await store().finish(first.claim, {
        status: 'Error',
        error: { ...failed, code: 'DISK_FULL' },
      });
      const { failures, lastFailure, isRetrying } = await factsOf('Process');
      expect(failures).toEqual({ failed: 1, retried: 2, logged: 0 });
      expect(lastFailure).toMatchObject({ code: 'DISK_FULL', messageId: first.header.id });
      expect(isRetrying).toBe(false);
      await store().log({ type: 'Error', code: 'HANDLER_FAILED', text: 'x', host: 'Process' });
      await store().log({ type: 'Warning', code: 'HANDLER_FAILED', text: 'x', host: 'Process' });
      await store().log({ type: 'Error', code: 'REDIS_UNAVAILABLE', text: 'x' });
      const logged = await factsOf('Process');
      expect(logged.failures).toEqual({ failed: 1, retried: 2, logged: 1 });
      expect(logged.lastFailure).toMatchObject({ code: 'HANDLER_FAILED' });
      expect(logged.lastFailure).not.toHaveProperty('messageId');
    });

    test('a retried message that is given back is still being retried', async () => {
      await store().send(fromService);
      const first = await claimed('Process');
      await store().retrying(first.claim, failed, new Date().toISOString());
      await store().requeue(first.claim);
      await store().send(fromService);
      expect((await factsOf('Process')).isRetrying).toBe(true);
      await store().finish((await claimed('Process')).claim, { status: 'Completed' });
      expect((await factsOf('Process')).isRetrying).toBe(false);
    });

    test('a host has succeeded when a message ended well there; a bad answer is none', async () => {
      await store().send(fromService);
      await store().finish((await claimed('Process')).claim, { status: 'Error', error: failed });
      const bad = await claimed('Service');
      await store().finish(bad.claim, { status: 'Completed' });
      expect(await factsOf('Process')).not.toHaveProperty('succeededAt');
      expect(await factsOf('Service')).not.toHaveProperty('succeededAt');
      await store().send(fromService);
      const good = await claimed('Process');
      await store().finish(good.claim, { status: 'Completed', body: done });
      await store().finish((await claimed('Service')).claim, { status: 'Completed' });
      const { timeProcessed } = (await store().message(good.header.id))?.header ?? {};
      expect((await factsOf('Process')).succeededAt).toBe(timeProcessed);
      expect(await factsOf('Service')).toHaveProperty('succeededAt');
    });

    test('the oldest message counts, whatever its lane, and the one in work too', async () => {
      const sent = [];
      for (const priority of ['Async', 'Sync', 'HighSync'] as const) {
        sent.push(await store().send({ ...fromService, priority }));
      }
      const [first, second] = await Promise.all(sent.map(({ id }) => store().message(id)));
      const before = await factsOf('Process');
      expect(before).toMatchObject({ queued: 3, waitingSince: first?.header.timeQueued });
      for (let n = 0; n < 3; n++) await claimed('Process', 3);
      const inWork = await factsOf('Process');
      expect(inWork).toMatchObject({ queued: 0, waitingSince: first?.header.timeQueued });
      expect(second?.header.timeQueued).toBeDefined();
    });

    test('a host is active when it gets or ends a message', async () => {
      const { id } = await store().send(fromService);
      const { timeCreated } = (await store().message(id))?.header ?? {};
      expect((await factsOf('Process')).activeAt).toBe(timeCreated);
      expect((await factsOf('Service')).activeAt).toBe(timeCreated);
      expect(await factsOf('Operation')).not.toHaveProperty('activeAt');
      await store().finish((await claimed('Process')).claim, { status: 'Completed' });
      const { timeProcessed } = (await store().message(id))?.header ?? {};
      expect((await factsOf('Process')).activeAt).toBe(timeProcessed);
    });

    test('who sent to a service, and when; what it led to is not counted', async () => {
      const { id } = await store().send(fromService);
      const { timeCreated } = (await store().message(id))?.header ?? {};
      await store().send(fromProcess(await claimed('Process'), 0));
      expect((await factsOf('Service', ['ORTHANC', 'CT2'])).sentAt).toEqual({
        ORTHANC: timeCreated,
      });
      expect((await factsOf('Service')).sentAt).toEqual({});
      expect((await factsOf('Process', ['ORTHANC'])).sentAt).toEqual({});
    });

    test('a mark begins where its host is, and stays until another is put', async () => {
      await store().log({ type: 'Error', code: 'X', text: 'x', host: 'Process' });
      await store().beginAlerts(['Process', 'Other']);
      expect((await factsOf('Process')).mark).toEqual({ failed: 0, retried: 0, logged: 1 });
      await store().log({ type: 'Error', code: 'X', text: 'x', host: 'Process' });
      await store().beginAlerts(['Process']);
      expect((await factsOf('Process')).mark).toEqual({ failed: 0, retried: 0, logged: 1 });
      const mark = { failed: 0, retried: 0, logged: 2, pendingSince: '2026-01-01T00:00:00.000Z' };
      await store().noteAlerts(changes({ marks: [{ host: 'Process', ...mark }] }));
      expect((await factsOf('Process')).mark).toEqual(mark);
      await store().beginAlerts([]);
      await store().beginAlerts(['Process']);
      expect((await factsOf('Process')).mark).toEqual({ failed: 0, retried: 0, logged: 2 });
    });

    test('images that came back come once, in their order', async () => {
      const log = (host: string, callingAet: string) =>
        store().log({
          type: 'Warning',
          code: 'IMAGE_RETURNED',
          text: 'x',
          host,
          details: { callingAet },
        });
      await store().beginAlerts([]);
      await log('Door', 'B');
      await log('Door', 'C');
      const facts = await store().alertFacts([]);
      expect(facts.ends).toEqual([]);
      expect(facts.returns).toMatchObject([
        { host: 'Door', callingAet: 'B' },
        { host: 'Door', callingAet: 'C' },
      ]);
      await store().noteAlerts(changes({ endsMark: facts.endsMark }));
      expect((await store().alertFacts([])).returns).toEqual([]);
    });

    test('the ends of threads come once, in their order', async () => {
      const ends = async (): Promise<AlertFacts> => store().alertFacts([]);
      await threadEnded(store, 'before');
      await store().beginAlerts([]);
      await threadEnded(store, 'A, B');
      await threadEnded(store, 'Door');
      const facts = await ends();
      expect(facts.ends.map(({ hosts }) => hosts)).toEqual(['A, B', 'Door']);
      await store().noteAlerts(changes({ endsMark: facts.endsMark }));
      await threadEnded(store, 'A, B');
      expect((await ends()).ends.map(({ hosts }) => hosts)).toEqual(['A, B']);
    });
  });
}

/** Changes to alerts of which some are given. */
export function changes(some: Partial<AlertChanges>): AlertChanges {
  return {
    production: 'Demo',
    started: [],
    continued: [],
    ended: [],
    marks: [],
    endsMark: 0,
    ...some,
  };
}

async function threadEnded(store: Subject, hosts: string): Promise<void> {
  const text = `the thread of ${hosts} ended`;
  await store().log({ type: 'Error', code: 'THREAD_ENDED', text, details: { hosts } });
}
