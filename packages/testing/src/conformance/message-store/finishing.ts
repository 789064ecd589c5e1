import { describe, expect, test } from 'vitest';
import {
  done,
  failed,
  fromService,
  fromProcess,
  answerFrom,
  claimer,
  statusReader,
  type Subject,
} from './example-messages.ts';

/** How messages end, and what comes of it. Part of `testMessageStore`. */
export function testFinishing(store: Subject): void {
  const claimed = claimer(store);
  const statusOf = statusReader(store);

  describe('finish', () => {
    test('the response is recorded with the completion, Queued for the service', async () => {
      const { id } = await store().send({ ...fromService, priority: 'HighSync' });
      const { claim } = await claimed('Process');
      const response = await store().finish(claim, { status: 'Completed', body: done });
      expect(response).toMatchObject({
        sessionId: id,
        type: 'Response',
        priority: 'HighSync',
        status: 'Queued',
        sourceConfigName: 'Process',
        targetConfigName: 'Service',
        sourceBusinessType: 'BusinessProcess',
        targetBusinessType: 'BusinessService',
        targetQueueName: 'Service',
        correspondingMessageId: id,
        isError: false,
      });
      expect(response).not.toHaveProperty('returnQueueName');
      const [request, answer] = await store().session(id);
      expect(request?.header).toMatchObject({
        status: 'Completed',
        correspondingMessageId: response?.id,
      });
      expect(request?.header.timeProcessed).toBeDefined();
      expect(answer?.body).toEqual(done);
      expect(await claimed('Service')).toMatchObject({
        header: { id: response?.id },
        body: done,
      });
    });

    test('the response to a waiting process is in a queue of its own', async () => {
      await store().send(fromService);
      const parent = await claimed('Process');
      const { id } = await store().send(fromProcess(parent, 0));
      const { claim } = await claimed('Operation');
      const response = await store().finish(claim, { status: 'Completed', body: done });
      expect(response?.targetQueueName).toBe(`_SyncCall:${id}`);
      expect(await store().claim('Process', 10, 'worker')).toBeUndefined();
    });

    test('a request sent without wanting a response gets none', async () => {
      await store().send(fromService);
      const parent = await claimed('Process');
      const sent = await store().send(fromProcess(parent, 0, { responseRequired: false }));
      const { claim } = await claimed('Operation');
      expect(await store().finish(claim, { status: 'Completed', body: done })).toBeUndefined();
      expect(await store().takeResponse(sent.id)).toBeUndefined();
      expect(await store().session(sent.sessionId)).toHaveLength(2);
    });

    test('a handler that returned nothing gives a response without a body', async () => {
      const { id } = await store().send(fromService);
      const { claim } = await claimed('Process');
      const response = await store().finish(claim, { status: 'Completed' });
      expect(response).not.toHaveProperty('messageBodyId');
      expect(await store().message(response?.id ?? 0)).not.toHaveProperty('body');
      expect(await statusOf(id)).toBe('Completed');
    });

    test('a failed request gives a response with its error and no body', async () => {
      const { id } = await store().send(fromService);
      const { claim } = await claimed('Process');
      const error = { ...failed, origin: { host: 'Operation', code: 'DISK_FULL' } };
      const response = await store().finish(claim, { status: 'Error', error });
      expect(response).toMatchObject({ isError: true, errorStatus: error, status: 'Queued' });
      const answer = await claimed('Service');
      expect(answer).not.toHaveProperty('body');
      await store().finish(answer.claim, { status: 'Completed' });
      expect((await store().message(answer.header.id))?.header).toMatchObject({
        status: 'Completed',
        isError: true,
        errorStatus: error,
      });
      expect((await store().message(id))?.header).toMatchObject({
        status: 'Error',
        isError: true,
        errorStatus: error,
      });
    });

    test('a message that is set aside keeps the reason', async () => {
      await store().send(fromService);
      const request = await claimed('Process');
      await store().finish(request.claim, { status: 'Completed', body: done });
      const response = await claimed('Service');
      await store().finish(response.claim, { status: 'Discarded', note: 'peer gone' });
      expect((await store().message(response.header.id))?.header).toMatchObject({
        status: 'Discarded',
        note: 'peer gone',
      });
    });

    test('whoever waits for a request that was set aside is told so', async () => {
      const { id } = await store().send(fromService);
      const { claim } = await claimed('Process');
      await store().finish(claim, { status: 'Discarded', note: 'by hand' });
      const response = await store().takeResponse(id);
      expect(response?.header).toMatchObject({
        isError: true,
        errorStatus: { code: 'REQUEST_FAILED' },
      });
    });

    test('a second finish of the same claim is refused', async () => {
      await store().send(fromService);
      const { claim } = await claimed('Process');
      await store().finish(claim, { status: 'Completed', body: done });
      const again = store().finish(claim, { status: 'Error', error: failed });
      await expect(again).rejects.toMatchObject({ code: 'CLAIM_LOST' });
      expect(await statusOf(claim.messageId)).toBe('Completed');
    });
  });

  describe('fences', () => {
    test('a worker whose message was given to another can do nothing with it', async () => {
      const { id } = await store().send(fromService);
      const old = await claimed('Process');
      expect(await store().recover(['Process'], [])).toBe(1);
      const lost = { code: 'CLAIM_LOST' };
      const end = { status: 'Completed' } as const;
      await expect(store().finish(old.claim, end)).rejects.toMatchObject(lost);
      const fresh = await claimed('Process');
      expect(fresh.claim).toEqual({ messageId: id, fence: 2 });
      await expect(store().finish(old.claim, end)).rejects.toMatchObject(lost);
      await expect(store().requeue(old.claim)).rejects.toMatchObject(lost);
      await expect(store().retrying(old.claim, failed, '')).rejects.toMatchObject(lost);
      await expect(store().send(fromProcess(old, 0))).rejects.toMatchObject(lost);
      await expect(store().answer(answerFrom(old, 0))).rejects.toMatchObject(lost);
      await store().finish(fresh.claim, end);
      expect(await statusOf(id)).toBe('Completed');
    });

    test('a claim of a message there is not is refused', async () => {
      const finish = store().finish({ messageId: 4711, fence: 1 }, { status: 'Completed' });
      await expect(finish).rejects.toMatchObject({ code: 'CLAIM_LOST' });
    });
  });

  describe('takeResponse', () => {
    test('there is none until the request has ended; then it is Completed in one step', async () => {
      await store().send(fromService);
      const parent = await claimed('Process');
      const { id } = await store().send(fromProcess(parent, 0));
      expect(await store().takeResponse(id)).toBeUndefined();
      const { claim } = await claimed('Operation');
      await store().finish(claim, { status: 'Completed', body: done });
      const response = await store().takeResponse(id);
      expect(response).toMatchObject({
        header: { type: 'Response', status: 'Completed' },
        body: done,
      });
      expect(response?.header.timeDelivered).toBeDefined();
      expect(response?.header.timeProcessed).toBeDefined();
    });

    test('a response that an earlier run took is returned as it is', async () => {
      await store().send(fromService);
      const parent = await claimed('Process');
      const { id } = await store().send(fromProcess(parent, 0));
      await store().finish((await claimed('Operation')).claim, { status: 'Completed', body: done });
      const first = await store().takeResponse(id);
      expect(await store().takeResponse(id)).toEqual(first);
    });

    test('a response that a worker holds is not taken from it', async () => {
      const { id } = await store().send(fromService);
      await store().finish((await claimed('Process')).claim, { status: 'Completed', body: done });
      await claimed('Service');
      await expect(store().takeResponse(id)).rejects.toMatchObject({ code: 'STATUS_ILLEGAL' });
    });

    test('there is none to a message that does not exist', async () => {
      expect(await store().takeResponse(4711)).toBeUndefined();
    });
  });

  describe('what the peer was told', () => {
    test('the first note counts', async () => {
      const { id } = await store().send(fromService);
      await store().answered(id, { status: '0110', note: 'answered 0110 after 8 s' });
      await store().answered(id, { status: '0000' });
      const answered = (await store().message(id))?.header.answered;
      expect(answered).toMatchObject({ status: '0110', note: 'answered 0110 after 8 s' });
      expect(answered?.time).toMatch(/Z$/);
    });

    test('the response brings the note with it', async () => {
      const { id } = await store().send(fromService);
      await store().answered(id, { status: '0000' });
      await store().finish((await claimed('Process')).claim, { status: 'Completed', body: done });
      const response = await claimed('Service');
      expect(response.requestAnswered).toMatchObject({ status: '0000' });
      expect(response.requestAnswered).not.toHaveProperty('note');
    });

    test('a note on a message there is not is an error', async () => {
      const note = store().answered(4711, { status: '0000' });
      await expect(note).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });
  });
}
