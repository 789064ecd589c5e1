import { describe, expect, test } from 'vitest';
import type { NewRequest } from '@consort/core';
import {
  image,
  done,
  failed,
  arrival,
  documentA,
  fromService,
  fromProcess,
  answerFrom,
  claimer,
  type Subject,
} from './example-messages.ts';

/** Sends, replayed sends and answers. Part of `testMessageStore`. */
export function testSending(store: Subject): void {
  const claimed = claimer(store);

  describe('send and claim', () => {
    test('a request from outside begins a session and is Queued', async () => {
      const sent = await store().send({ ...fromService, description: 'an image' });
      expect(sent).toEqual({ id: sent.id, sessionId: sent.id, isNew: true });
      const message = await store().message(sent.id);
      expect(message?.body).toEqual(image);
      expect(message?.header).toMatchObject({
        id: sent.id,
        sessionId: sent.id,
        type: 'Request',
        invocation: 'Queue',
        priority: 'Sync',
        status: 'Queued',
        sourceConfigName: 'Service',
        targetConfigName: 'Process',
        sourceBusinessType: 'BusinessService',
        targetBusinessType: 'BusinessProcess',
        targetQueueName: 'Process',
        returnQueueName: 'Service',
        messageBodyClassName: 'dicom.document',
        description: 'an image',
        isError: false,
        attempts: 0,
        arrival,
      });
      expect(message?.header.messageBodyId).toMatch(/^[0-9a-f]{64}$/);
      expect(message?.header.timeCreated).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(message?.header.timeQueued).toBe(message?.header.timeCreated);
      expect(message?.header).not.toHaveProperty('timeDelivered');
      expect(message?.header).not.toHaveProperty('errorStatus');
    });

    test('bodies with the same content share one id, whatever the order of their keys', async () => {
      const one = await store().send({
        ...fromService,
        body: { type: 't', a: 1, b: { c: 2, d: 3 } },
      });
      const two = await store().send({
        ...fromService,
        body: { b: { d: 3, c: 2 }, a: 1, type: 't' },
      });
      const three = await store().send({
        ...fromService,
        body: { type: 't', a: 1, b: { c: 2, d: 4 } },
      });
      const ids = await Promise.all(
        [one, two, three].map(async ({ id }) => (await store().message(id))?.header.messageBodyId),
      );
      expect(ids[0]).toBe(ids[1]);
      expect(ids[2]).not.toBe(ids[0]);
    });

    test('messages are claimed oldest first within their lane', async () => {
      const ids: number[] = [];
      for (const priority of ['Async', 'Sync', 'HighSync', 'Sync', 'SimSync'] as const) {
        ids.push((await store().send({ ...fromService, priority })).id);
      }
      const order: number[] = [];
      for (let turn = 0; turn < ids.length; turn++) {
        order.push((await claimed('Process', 10)).header.id);
      }
      expect(order).toEqual([ids[2], ids[1], ids[3], ids[4], ids[0]]);
      expect(await store().claim('Process', 10, 'worker')).toBeUndefined();
    });

    test('a claim makes the message Delivered, with a fence and its body', async () => {
      const { id } = await store().send(fromService);
      const message = await claimed('Process');
      expect(message.header).toMatchObject({ id, status: 'Delivered', attempts: 0 });
      expect(message.header.timeDelivered).toBeDefined();
      expect(message.body).toEqual(image);
      expect(message.claim).toEqual({ messageId: id, fence: 1 });
      expect(message).not.toHaveProperty('requestAnswered');
    });

    test('nothing is claimed while as many requests as the pool has workers are Delivered', async () => {
      for (let n = 0; n < 3; n++) await store().send(fromService);
      const first = await claimed('Process', 2);
      await claimed('Process', 2);
      expect(await store().claim('Process', 2, 'worker')).toBeUndefined();
      await store().finish(first.claim, { status: 'Completed' });
      expect(await store().claim('Process', 2, 'worker')).toBeDefined();
    });

    test('a message that waits for its retry keeps a pool of one from claiming', async () => {
      await store().send(fromService);
      await store().send(fromService);
      const { claim } = await claimed('Process');
      await store().retrying(claim, failed, new Date().toISOString());
      expect(await store().claim('Process', 1, 'worker')).toBeUndefined();
    });

    test('responses are claimed however many requests and responses are Delivered', async () => {
      for (let n = 0; n < 3; n++) await store().send(fromService);
      for (let n = 0; n < 3; n++) {
        const { claim } = await claimed('Process');
        await store().finish(claim, { status: 'Completed', body: done });
      }
      for (let n = 0; n < 3; n++) {
        expect((await claimed('Service', 1)).header.type).toBe('Response');
      }
    });

    test('two queues do not see each other', async () => {
      await store().send(fromService);
      expect(await store().claim('Operation', 1, 'worker')).toBeUndefined();
    });

    test('twenty claims at the same time get twenty messages', async () => {
      const sent = await Promise.all(Array.from({ length: 20 }, () => store().send(fromService)));
      const got = await Promise.all(sent.map(() => store().claim('Process', 20, 'worker')));
      expect(got.map((message) => message?.header.id)).toEqual(sent.map(({ id }) => id));
    });
  });

  describe('send, only once', () => {
    const taken = { associationId: 'f-1', peerAddress: 'file' };
    const fromFile = { ...fromService, arrival: taken, onlyOnce: true } as const;

    test('what a service brings again is the message it brought first, and nothing is recorded', async () => {
      const sent = await store().send(fromFile);
      expect((await store().message(sent.id))?.header.arrival).toEqual(taken);
      const { claim } = await claimed('Process');
      await store().send(fromProcess(await reclaimed(claim), 0, { arrival: taken }));
      expect(await store().send(fromFile)).toEqual({ ...sent, isNew: false });
      expect(await store().depth('Process')).toBe(0);
    });

    test('another document, another service, another time, or what may come often is another message', async () => {
      const { id } = await store().send(fromFile);
      const other = { ...documentA, digest: 'b'.repeat(64) };
      const changes: readonly Partial<NewRequest>[] = [
        { body: { ...image, document: other } },
        { source: 'Other' },
        { arrival: { ...taken, associationId: 'f-2' } },
      ];
      for (const change of changes) {
        expect(await store().send({ ...fromFile, ...change })).toMatchObject({ isNew: true });
      }
      const { onlyOnce: _, ...often } = fromFile;
      expect(await store().send(often)).toMatchObject({ isNew: true });
      expect(await store().send(fromFile)).toMatchObject({ id, isNew: false });
    });

    /** The claimed message once more. */
    async function reclaimed({ messageId }: { readonly messageId: number }) {
      await store().recover(['Process'], []);
      const message = await claimed('Process');
      expect(message.header.id).toBe(messageId);
      return message;
    }
  });

  describe('replay', () => {
    test('what a handler sent before is not sent again', async () => {
      await store().send(fromService);
      const first = await claimed('Process');
      const sent = await store().send(fromProcess(first, 0));
      await store().recover(['Process'], []);
      const second = await claimed('Process');
      expect(await store().send(fromProcess(second, 0))).toEqual({ ...sent, isNew: false });
      const other = await store().send(fromProcess(second, 1));
      expect(other).toMatchObject({ isNew: true, sessionId: sent.sessionId });
      expect(await store().depth('Operation')).toBe(2);
    });

    test('another body, or another target, is a permanent error and sends nothing', async () => {
      await store().send(fromService);
      const parent = await claimed('Process');
      await store().send(fromProcess(parent, 0));
      const permanent = { code: 'REPLAY_MISMATCH', name: 'PermanentError' };
      const changes: readonly Partial<NewRequest>[] = [{ body: done }, { target: 'Other' }];
      for (const change of changes) {
        const again = store().send(fromProcess(parent, 0, change));
        await expect(again).rejects.toMatchObject(permanent);
      }
      const asAnswer = store().answer({ ...answerFrom(parent, 0), body: image });
      await expect(asAnswer).rejects.toMatchObject(permanent);
      expect(await store().session(parent.header.sessionId)).toHaveLength(2);
    });

    test('no value of a body is in the text of a mismatch', async () => {
      await store().send(fromService);
      const parent = await claimed('Process');
      await store().send(fromProcess(parent, 0));
      const again = store().send(
        fromProcess(parent, 0, { body: { ...image, patient: 'DOE^JANE' } }),
      );
      const error: unknown = await again.catch((reason: unknown) => reason);
      expect(String(error)).not.toMatch(/PAT-1|DOE|1\.2\.3\.1/);
    });

    test('one that ended in Error is sent anew under its key', async () => {
      await store().send(fromService);
      const parent = await claimed('Process');
      const sent = await store().send(fromProcess(parent, 0));
      const { claim } = await claimed('Operation');
      await store().finish(claim, { status: 'Error', error: failed });
      const anew = await store().send(fromProcess(parent, 0));
      expect(anew.isNew).toBe(true);
      expect(anew.id).toBeGreaterThan(sent.id);
      expect(await store().send(fromProcess(parent, 0))).toEqual({ ...anew, isNew: false });
    });

    test('one that failed while a crash had ended its handler leaves no answer that nobody takes', async () => {
      await store().send(fromService);
      await store().send(fromProcess(await claimed('Process'), 0));
      await store().recover(['Process'], []);
      const operation = await claimed('Operation');
      const answer = await store().finish(operation.claim, { status: 'Error', error: failed });
      const again = await claimed('Process');
      expect(await store().send(fromProcess(again, 0))).toMatchObject({ isNew: true });
      const discarded = (await store().message(answer?.id ?? 0))?.header;
      expect(discarded).toMatchObject({
        status: 'Discarded',
        note: 'its request was sent again after a crash',
      });
    });

    test('a send that was refused leaves nothing behind', async () => {
      await store().send(fromService);
      const parent = await claimed('Process');
      const sends = await Promise.allSettled([
        store().send(fromProcess(parent, 0)),
        store().send(fromProcess(parent, 0, { body: done })),
        store().send(fromProcess(parent, 1)),
      ]);
      expect(sends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await store().session(parent.header.sessionId)).toHaveLength(3);
    });
  });
}
