import type { ClaimedMessage } from '@consort/core';
import { describe, expect, test } from 'vitest';
import {
  claimer,
  done,
  fromProcess,
  fromService,
  statusReader,
  type Subject,
} from './example-messages.ts';

const past = '2000-01-01T00:00:00.000Z';

/** Process instances, timers, late and deferred responses. */
export function testInstances(store: Subject): void {
  const claim = claimer(store);
  const statusOf = statusReader(store);

  /** A request to a process that has asked for one response and is Deferred; and what it asked. */
  async function waiting(awaited: { completionKey?: string; expiresAt?: string } = {}) {
    const { id } = await store().send(fromService);
    const parent = await claim('Process');
    const sent = await store().send(fromProcess(parent, 0, { priority: 'Async', awaited }));
    await store().defer(parent.claim, { seen: 0 });
    return { instance: id, parent, request: sent.id };
  }

  async function respond(): Promise<ClaimedMessage> {
    const held = await claim('Operation');
    await store().finish(held.claim, { status: 'Completed', body: done });
    return claim('Process');
  }

  describe('process instances', () => {
    test('a deferred request frees its place, keeps its state, and is known until it ends', async () => {
      const { instance } = await waiting({ completionKey: 'a' });
      expect(await statusOf(instance)).toBe('Deferred');
      expect(await store().awaited(instance)).toBe(1);
      expect(await store().instance(instance)).toMatchObject({ state: { seen: 0 } });

      const response = await respond();
      expect(response.header).toMatchObject({
        type: 'Response',
        businessProcessId: instance,
        completionKey: 'a',
      });
      const { response: answer } = await store().resume(response.claim, {
        leg: { status: 'Completed' },
        state: { seen: 1 },
        end: { status: 'Completed', body: done },
      });
      expect(answer).toMatchObject({
        targetQueueName: 'Service',
        correspondingMessageId: instance,
      });
      expect(await statusOf(instance)).toBe('Completed');
      expect(await store().instance(instance)).toBeUndefined();
    });

    test('nothing of an instance is claimed before its first turn is over, nor two at the same time', async () => {
      const { id } = await store().send(fromService);
      const parent = await claim('Process', 9);
      for (const index of [0, 1]) {
        await store().send(fromProcess(parent, index, { awaited: {} }));
        const held = await claim('Operation');
        await store().finish(held.claim, { status: 'Completed', body: done });
      }
      expect(await store().claim('Process', 9, 'worker')).toBeUndefined();
      const ready = await store().defer(parent.claim, {});
      expect(ready).toHaveLength(2);

      const first = await claim('Process', 9);
      expect(await store().claim('Process', 9, 'worker')).toBeUndefined();
      const turn = await store().resume(first.claim, { leg: { status: 'Completed' }, state: {} });
      expect(turn.ready).toHaveLength(1);
      expect(await claim('Process', 9)).toBeDefined();
      expect(await store().awaited(id)).toBe(1);
    });

    test('what an ended instance still waited for is Discarded, now or when it comes', async () => {
      const { id } = await store().send(fromService);
      const parent = await claim('Process');
      await store().send(fromProcess(parent, 0, { awaited: {} }));
      await store().finish(parent.claim, { status: 'Completed', body: done });
      const held = await claim('Operation');
      expect(await store().finish(held.claim, { status: 'Completed', body: done })).toBeUndefined();
      const late = (await store().session(id)).find(
        ({ header }) => header.sourceConfigName === 'Operation',
      );
      expect(late?.header).toMatchObject({ status: 'Discarded' });
    });

    test('a reply is given once; the end without a body lets it stand, one with a body is refused', async () => {
      const { id } = await store().send(fromService);
      const parent = await claim('Process');
      const said = { source: 'Process', body: done, parent: { claim: parent.claim, index: 0 } };
      expect(await store().reply(said)).toMatchObject({ correspondingMessageId: id });
      expect(await store().reply(said)).toBeUndefined();
      const again = { ...said, parent: { claim: parent.claim, index: 1 } };
      await expect(store().reply(again)).rejects.toMatchObject({ code: 'ALREADY_ANSWERED' });
    });
  });

  describe('the clock', () => {
    test('answers a timer that is due, once', async () => {
      await store().send(fromService);
      const parent = await claim('Process');
      const key = { parent: { claim: parent.claim, index: 0 } };
      const timer = { source: 'Process', expiresAt: past, completionKey: 'bell', ...key };
      const { id, isNew } = await store().setTimer(timer);
      expect([isNew, (await store().setTimer(timer)).isNew]).toEqual([true, false]);
      await store().defer(parent.claim, {});

      expect(await store().expire(['Other'])).toEqual([]);
      expect(await store().expire(['Process'])).toMatchObject([
        { host: 'Process', bodyType: 'timer' },
      ]);
      expect(await store().expire(['Process'])).toEqual([]);
      expect(await statusOf(id)).toBe('Completed');
      expect((await claim('Process')).header.completionKey).toBe('bell');
    });

    test('answers a request that took too long with an error; the response that comes later is Discarded', async () => {
      const { request } = await waiting({ expiresAt: past });
      await store().expire(['Process']);
      const response = await claim('Process');
      expect(response.header.errorStatus?.code).toBe('REQUEST_TIMEOUT');
      const held = await claim('Operation');
      expect(await store().finish(held.claim, { status: 'Completed', body: done })).toBeUndefined();
      expect(await statusOf(request)).toBe('Completed');
    });

    test('a sender that stops waiting gets what is there, and nothing afterwards', async () => {
      await store().send(fromService);
      const parent = await claim('Process');
      const { id } = await store().send(fromProcess(parent, 0));
      expect(await store().timeOut(id)).toBeUndefined();
      const held = await claim('Operation');
      await store().finish(held.claim, { status: 'Completed', body: done });
      expect(await store().takeResponse(id)).toBeUndefined();

      const other = await store().send(fromProcess(parent, 1));
      const second = await claim('Operation');
      await store().finish(second.claim, { status: 'Completed', body: done });
      expect(await store().timeOut(other.id)).toMatchObject({ body: done });
    });
  });

  describe('deferred responses', () => {
    test('belong to a token that stays the same, and are given once', async () => {
      const { id } = await store().send(fromService);
      const held = await claim('Process');
      const token = await store().deferral(held.claim);
      expect(await store().deferral(held.claim)).toBe(token);
      await store().defer(held.claim);
      expect(await statusOf(id)).toBe('Deferred');

      const answer = {
        token,
        source: 'Other',
        sourceType: 'BusinessOperation',
        body: done,
      } as const;
      expect(await store().answerDeferred(answer)).toMatchObject({ targetQueueName: 'Service' });
      expect(await statusOf(id)).toBe('Completed');
      await expect(store().answerDeferred(answer)).rejects.toMatchObject({
        code: 'ALREADY_ANSWERED',
      });
      await expect(store().answerDeferred({ ...answer, token: 'x' })).rejects.toMatchObject({
        code: 'DEFERRAL_UNKNOWN',
      });
    });

    test('may be quicker than the handler that gave the token out', async () => {
      const { id } = await store().send(fromService);
      const held = await claim('Process');
      const token = await store().deferral(held.claim);
      const answer = {
        token,
        source: 'Other',
        sourceType: 'BusinessOperation',
        body: done,
      } as const;
      await store().answerDeferred(answer);
      await store().defer(held.claim);
      expect(await statusOf(id)).toBe('Completed');
    });
  });

  describe('waits', () => {
    test('that would go round in a circle are refused', async () => {
      await store().send(fromService);
      const first = await claim('Process');
      await store().send(
        fromProcess(first, 0, { target: 'Second', targetType: 'BusinessProcess' }),
      );
      const second = await claim('Second');
      const back = fromProcess(second, 0, {
        source: 'Second',
        target: 'Process',
        targetType: 'BusinessProcess',
      });
      await expect(store().send(back)).rejects.toMatchObject({ code: 'CYCLE' });
      const { isNew } = await store().send({ ...back, responseRequired: false, priority: 'Async' });
      expect(isNew).toBe(true);
    });
  });
}
