import type { ClaimedMessage, MessageBody } from '@consort/core';
import { describe, expect, test } from 'vitest';
import {
  answerFrom,
  claimer,
  done,
  failed,
  fromProcess,
  fromService,
  statusReader,
  type Subject,
} from './example-messages.ts';

/** A handler's own answers to a service that waits. Part of `testMessageStore`. */
export function testAnswering(store: Subject): void {
  const claimed = claimer(store);
  const statusOf = statusReader(store);

  describe('answer', () => {
    test('a handler answers the waiting service itself', async () => {
      const { id } = await store().send(fromService);
      const parent = await claimed('Process');
      const answer = await store().answer(answerFrom(parent, 0));
      expect(answer).toMatchObject({ sessionId: id, isNew: true });
      expect((await store().message(answer.id))?.header).toMatchObject({
        type: 'Response',
        status: 'Queued',
        priority: 'Sync',
        targetQueueName: 'Service',
        correspondingMessageId: id,
      });
      expect((await store().message(id))?.header).toMatchObject({
        status: 'Delivered',
        correspondingMessageId: answer.id,
      });
      expect(await store().finish(parent.claim, { status: 'Completed' })).toBeUndefined();
      expect((await claimed('Service')).body).toEqual(done);
      expect(await store().session(id)).toHaveLength(2);
    });

    test('a host further on in the session can answer too', async () => {
      const { id } = await store().send(fromService);
      const parent = await claimed('Process');
      await store().send(fromProcess(parent, 0, { responseRequired: false }));
      const operation = await claimed('Operation');
      const answer = await store().answer({ ...answerFrom(operation, 0), source: 'Operation' });
      expect((await store().message(answer.id))?.header.correspondingMessageId).toBe(id);
    });

    test('a replay of an answer does nothing', async () => {
      const { id } = await store().send(fromService);
      const first = await store().answer(answerFrom(await claimed('Process'), 0));
      await store().recover(['Process'], []);
      const again = await store().answer(answerFrom(await claimed('Process'), 0));
      expect(again).toEqual({ ...first, isNew: false });
      expect(await store().session(id)).toHaveLength(2);
    });

    test('a second answer is refused', async () => {
      await store().send(fromService);
      const parent = await claimed('Process');
      await store().answer(answerFrom(parent, 0));
      const second = store().answer(answerFrom(parent, 1));
      await expect(second).rejects.toMatchObject({ code: 'ALREADY_ANSWERED' });
    });

    test('returning a body after an answer ends the message in Error; the answer stands', async () => {
      const { id } = await store().send(fromService);
      const parent = await claimed('Process');
      const answer = await store().answer(answerFrom(parent, 0));
      const finish = store().finish(parent.claim, { status: 'Completed', body: done });
      await expect(finish).rejects.toMatchObject({ code: 'ALREADY_ANSWERED' });
      expect((await store().message(id))?.header).toMatchObject({
        status: 'Error',
        errorStatus: { code: 'ALREADY_ANSWERED' },
        correspondingMessageId: answer.id,
      });
      expect((await store().message(answer.id))?.header).toMatchObject({
        status: 'Queued',
        isError: false,
      });
      expect(await store().session(id)).toHaveLength(2);
    });

    test('failing after an answer ends the message in Error and gives no second response', async () => {
      const { id } = await store().send(fromService);
      const parent = await claimed('Process');
      await store().answer(answerFrom(parent, 0));
      expect(
        await store().finish(parent.claim, { status: 'Error', error: failed }),
      ).toBeUndefined();
      expect(await statusOf(id)).toBe('Error');
      expect(await store().session(id)).toHaveLength(2);
    });

    test('a service that waits for nothing in the session cannot be answered', async () => {
      await store().send(fromService);
      const parent = await claimed('Process');
      const other = store().answer({ ...answerFrom(parent, 0), service: 'Another' });
      await expect(other).rejects.toMatchObject({ code: 'ANSWER_UNEXPECTED' });
    });

    test('a service that wanted no response cannot be answered', async () => {
      await store().send({ ...fromService, responseRequired: false });
      const parent = await claimed('Process');
      const answer = store().answer(answerFrom(parent, 0));
      await expect(answer).rejects.toMatchObject({ code: 'ANSWER_UNEXPECTED' });
    });
  });

  describe('answerInPart', () => {
    test('answers the service that waits, many times, and the end of the request once more', async () => {
      const { id } = await store().send(fromService);
      const { claim } = await claimed('Process');
      const part = (index: number) => ({ source: 'Process', body: done, parent: { claim, index } });
      const first = await store().answerInPart(part(0));
      const second = await store().answerInPart(part(1));
      expect(first).toMatchObject({ sessionId: id, isNew: true, service: 'Service' });
      expect((await store().message(id))?.header.correspondingMessageId).toBeUndefined();
      const last = await store().finish(claim, { status: 'Completed', body: done });

      const taken = [
        await claimed('Service', 9),
        await claimed('Service', 9),
        await claimed('Service', 9),
      ];
      expect(taken.map(({ header }) => header.id)).toEqual([first.id, second.id, last?.id]);
      expect(taken.map(({ header }) => header.isPartial)).toEqual([true, true, undefined]);
      for (const { header } of taken) expect(header.correspondingMessageId).toBe(id);
      expect((await store().message(id))?.header.correspondingMessageId).toBe(last?.id);
    });

    test('a replay of it does nothing, and with another body it is refused', async () => {
      const { id } = await store().send(fromService);
      const part = (claim: ClaimedMessage['claim'], body: MessageBody = done) => ({
        source: 'Process',
        body,
        parent: { claim, index: 0 },
      });
      const first = await store().answerInPart(part((await claimed('Process')).claim));
      await store().recover(['Process'], []);
      const { claim } = await claimed('Process');
      expect(await store().answerInPart(part(claim))).toEqual({ ...first, isNew: false });
      const other = store().answerInPart(part(claim, { type: 'test.other' }));
      await expect(other).rejects.toMatchObject({ code: 'REPLAY_MISMATCH' });
      expect(await store().session(id)).toHaveLength(2);
    });

    test('is refused after the last answer, and to whoever is no service', async () => {
      await store().send(fromService);
      const parent = await claimed('Process');
      await store().answer(answerFrom(parent, 0));
      const late = store().answerInPart({
        source: 'Process',
        body: done,
        parent: { claim: parent.claim, index: 1 },
      });
      await expect(late).rejects.toMatchObject({ code: 'ALREADY_ANSWERED' });
      await store().send(fromProcess(parent, 2));
      const { claim } = await claimed('Operation');
      const astray = store().answerInPart({
        source: 'Operation',
        body: done,
        parent: { claim, index: 0 },
      });
      await expect(astray).rejects.toMatchObject({ code: 'ANSWER_UNEXPECTED' });
    });

    test('that no more answers are wanted is noted once, and not after the last one', async () => {
      const { id } = await store().send(fromService);
      const { claim } = await claimed('Process');
      await store().cancel(id);
      const { cancelledAt } = (await store().message(id))?.header ?? {};
      expect(cancelledAt).toMatch(/^\d{4}-/);
      await store().cancel(id);
      expect((await store().message(id))?.header.cancelledAt).toBe(cancelledAt);
      await store().finish(claim, { status: 'Completed', body: done });

      const next = await store().send(fromService);
      await store().finish((await claimed('Process')).claim, { status: 'Completed', body: done });
      await store().cancel(next.id);
      expect((await store().message(next.id))?.header.cancelledAt).toBeUndefined();
    });
  });
}
