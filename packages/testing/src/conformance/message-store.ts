import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type {
  ClaimedMessage,
  Document,
  ErrorStatus,
  MessageBody,
  MessageStore,
  NewRequest,
} from '@consort/core';

const documentA: Document = {
  digest: 'a'.repeat(64),
  size: 1234,
  transferSyntaxUid: '1.2.840.10008.1.2.1',
  sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
  attributes: {
    patientId: 'PAT-1',
    accessionNumber: 'ACC-1',
    studyInstanceUid: '1.2.3.1',
    seriesInstanceUid: '1.2.3.1.1',
    sopInstanceUid: '1.2.3.1.1.1',
    modality: 'CT',
  },
};
const image: MessageBody = { type: 'dicom.document', document: documentA };
const done: MessageBody = { type: 'test.done', path: '/received/1.dcm' };
const failed: ErrorStatus = { code: 'HANDLER_FAILED', text: 'the disk is gone' };
const arrival = {
  associationId: 'assoc-1',
  peerAddress: '127.0.0.1',
  callingAeTitle: 'ORTHANC',
  calledAeTitle: 'IRIS',
};

const fromService: NewRequest = {
  source: 'Service',
  sourceType: 'BusinessService',
  target: 'Process',
  targetType: 'BusinessProcess',
  body: image,
  priority: 'Sync',
  responseRequired: true,
  arrival,
};

/** What a process sends while it works on a message. */
function fromProcess(parent: ClaimedMessage, index: number, change: Partial<NewRequest> = {}) {
  return {
    source: 'Process',
    sourceType: 'BusinessProcess',
    target: 'Operation',
    targetType: 'BusinessOperation',
    body: image,
    priority: 'Sync',
    responseRequired: true,
    parent: { claim: parent.claim, index },
    ...change,
  } satisfies NewRequest;
}

/** What a process answers to the service that waits. */
function answerFrom(parent: ClaimedMessage, index: number, body = done) {
  return {
    source: 'Process',
    sourceType: 'BusinessProcess',
    service: 'Service',
    body,
    parent: { claim: parent.claim, index },
  } as const;
}

/**
 * The contract of the message store as tests; every implementation runs them.
 * @param open opens a new, empty store; the tests close it
 */
export function testMessageStore(name: string, open: () => Promise<MessageStore>): void {
  describe(`${name} as a message store`, () => {
    let store: MessageStore;

    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const claimed = async (host: string, poolSize = 1): Promise<ClaimedMessage> => {
      const message = await store.claim(host, poolSize, 'worker');
      if (!message) throw new Error(`nothing to claim for ${host}`);
      return message;
    };
    const statusOf = async (id: number) => (await store.message(id))?.header.status;

    describe('send and claim', () => {
      test('a request from outside begins a session and is Queued', async () => {
        const sent = await store.send({ ...fromService, description: 'an image' });
        expect(sent).toEqual({ id: sent.id, sessionId: sent.id, isNew: true });
        const message = await store.message(sent.id);
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
        const one = await store.send({
          ...fromService,
          body: { type: 't', a: 1, b: { c: 2, d: 3 } },
        });
        const two = await store.send({
          ...fromService,
          body: { b: { d: 3, c: 2 }, a: 1, type: 't' },
        });
        const three = await store.send({
          ...fromService,
          body: { type: 't', a: 1, b: { c: 2, d: 4 } },
        });
        const ids = await Promise.all(
          [one, two, three].map(async ({ id }) => (await store.message(id))?.header.messageBodyId),
        );
        expect(ids[0]).toBe(ids[1]);
        expect(ids[2]).not.toBe(ids[0]);
      });

      test('messages are claimed oldest first within their lane', async () => {
        const ids: number[] = [];
        for (const priority of ['Async', 'Sync', 'HighSync', 'Sync', 'SimSync'] as const) {
          ids.push((await store.send({ ...fromService, priority })).id);
        }
        const order: number[] = [];
        for (let turn = 0; turn < ids.length; turn++) {
          order.push((await claimed('Process', 10)).header.id);
        }
        expect(order).toEqual([ids[2], ids[1], ids[3], ids[4], ids[0]]);
        expect(await store.claim('Process', 10, 'worker')).toBeUndefined();
      });

      test('a claim makes the message Delivered, with a fence and its body', async () => {
        const { id } = await store.send(fromService);
        const message = await claimed('Process');
        expect(message.header).toMatchObject({ id, status: 'Delivered', attempts: 0 });
        expect(message.header.timeDelivered).toBeDefined();
        expect(message.body).toEqual(image);
        expect(message.claim).toEqual({ messageId: id, fence: 1 });
        expect(message).not.toHaveProperty('requestAnswered');
      });

      test('nothing is claimed while as many requests as the pool has workers are Delivered', async () => {
        for (let n = 0; n < 3; n++) await store.send(fromService);
        const first = await claimed('Process', 2);
        await claimed('Process', 2);
        expect(await store.claim('Process', 2, 'worker')).toBeUndefined();
        await store.finish(first.claim, { status: 'Completed' });
        expect(await store.claim('Process', 2, 'worker')).toBeDefined();
      });

      test('a message that waits for its retry keeps a pool of one from claiming', async () => {
        await store.send(fromService);
        await store.send(fromService);
        const { claim } = await claimed('Process');
        await store.retrying(claim, failed, new Date().toISOString());
        expect(await store.claim('Process', 1, 'worker')).toBeUndefined();
      });

      test('responses are claimed however many requests and responses are Delivered', async () => {
        for (let n = 0; n < 3; n++) await store.send(fromService);
        for (let n = 0; n < 3; n++) {
          const { claim } = await claimed('Process');
          await store.finish(claim, { status: 'Completed', body: done });
        }
        for (let n = 0; n < 3; n++) {
          expect((await claimed('Service', 1)).header.type).toBe('Response');
        }
      });

      test('two queues do not see each other', async () => {
        await store.send(fromService);
        expect(await store.claim('Operation', 1, 'worker')).toBeUndefined();
      });

      test('twenty claims at the same time get twenty messages', async () => {
        const sent = await Promise.all(Array.from({ length: 20 }, () => store.send(fromService)));
        const got = await Promise.all(sent.map(() => store.claim('Process', 20, 'worker')));
        expect(got.map((message) => message?.header.id)).toEqual(sent.map(({ id }) => id));
      });
    });

    describe('finish', () => {
      test('the response is recorded with the completion, Queued for the service', async () => {
        const { id } = await store.send({ ...fromService, priority: 'HighSync' });
        const { claim } = await claimed('Process');
        const response = await store.finish(claim, { status: 'Completed', body: done });
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
        const [request, answer] = await store.session(id);
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
        await store.send(fromService);
        const parent = await claimed('Process');
        const { id } = await store.send(fromProcess(parent, 0));
        const { claim } = await claimed('Operation');
        const response = await store.finish(claim, { status: 'Completed', body: done });
        expect(response?.targetQueueName).toBe(`_SyncCall:${id}`);
        expect(await store.claim('Process', 10, 'worker')).toBeUndefined();
      });

      test('a request sent without wanting a response gets none', async () => {
        await store.send(fromService);
        const parent = await claimed('Process');
        const sent = await store.send(fromProcess(parent, 0, { responseRequired: false }));
        const { claim } = await claimed('Operation');
        expect(await store.finish(claim, { status: 'Completed', body: done })).toBeUndefined();
        expect(await store.takeResponse(sent.id)).toBeUndefined();
        expect(await store.session(sent.sessionId)).toHaveLength(2);
      });

      test('a handler that returned nothing gives a response without a body', async () => {
        const { id } = await store.send(fromService);
        const { claim } = await claimed('Process');
        const response = await store.finish(claim, { status: 'Completed' });
        expect(response).not.toHaveProperty('messageBodyId');
        expect(await store.message(response?.id ?? 0)).not.toHaveProperty('body');
        expect(await statusOf(id)).toBe('Completed');
      });

      test('a failed request gives a response with its error and no body', async () => {
        const { id } = await store.send(fromService);
        const { claim } = await claimed('Process');
        const error = { ...failed, origin: { host: 'Operation', code: 'DISK_FULL' } };
        const response = await store.finish(claim, { status: 'Error', error });
        expect(response).toMatchObject({ isError: true, errorStatus: error, status: 'Queued' });
        const answer = await claimed('Service');
        expect(answer).not.toHaveProperty('body');
        await store.finish(answer.claim, { status: 'Completed' });
        expect((await store.message(answer.header.id))?.header).toMatchObject({
          status: 'Completed',
          isError: true,
          errorStatus: error,
        });
        expect((await store.message(id))?.header).toMatchObject({
          status: 'Error',
          isError: true,
          errorStatus: error,
        });
      });

      test('a message that is set aside keeps the reason', async () => {
        await store.send(fromService);
        const request = await claimed('Process');
        await store.finish(request.claim, { status: 'Completed', body: done });
        const response = await claimed('Service');
        await store.finish(response.claim, { status: 'Discarded', note: 'peer gone' });
        expect((await store.message(response.header.id))?.header).toMatchObject({
          status: 'Discarded',
          note: 'peer gone',
        });
      });

      test('whoever waits for a request that was set aside is told so', async () => {
        const { id } = await store.send(fromService);
        const { claim } = await claimed('Process');
        await store.finish(claim, { status: 'Discarded', note: 'by hand' });
        const response = await store.takeResponse(id);
        expect(response?.header).toMatchObject({
          isError: true,
          errorStatus: { code: 'REQUEST_FAILED' },
        });
      });

      test('a second finish of the same claim is refused', async () => {
        await store.send(fromService);
        const { claim } = await claimed('Process');
        await store.finish(claim, { status: 'Completed', body: done });
        const again = store.finish(claim, { status: 'Error', error: failed });
        await expect(again).rejects.toMatchObject({ code: 'CLAIM_LOST' });
        expect(await statusOf(claim.messageId)).toBe('Completed');
      });
    });

    describe('fences', () => {
      test('a worker whose message was given to another can do nothing with it', async () => {
        const { id } = await store.send(fromService);
        const old = await claimed('Process');
        expect(await store.recover(['Process'], [])).toBe(1);
        const lost = { code: 'CLAIM_LOST' };
        const end = { status: 'Completed' } as const;
        await expect(store.finish(old.claim, end)).rejects.toMatchObject(lost);
        const fresh = await claimed('Process');
        expect(fresh.claim).toEqual({ messageId: id, fence: 2 });
        await expect(store.finish(old.claim, end)).rejects.toMatchObject(lost);
        await expect(store.requeue(old.claim)).rejects.toMatchObject(lost);
        await expect(store.retrying(old.claim, failed, '')).rejects.toMatchObject(lost);
        await expect(store.send(fromProcess(old, 0))).rejects.toMatchObject(lost);
        await expect(store.answer(answerFrom(old, 0))).rejects.toMatchObject(lost);
        await store.finish(fresh.claim, end);
        expect(await statusOf(id)).toBe('Completed');
      });

      test('a claim of a message there is not is refused', async () => {
        const finish = store.finish({ messageId: 4711, fence: 1 }, { status: 'Completed' });
        await expect(finish).rejects.toMatchObject({ code: 'CLAIM_LOST' });
      });
    });

    describe('replay', () => {
      test('what a handler sent before is not sent again', async () => {
        await store.send(fromService);
        const first = await claimed('Process');
        const sent = await store.send(fromProcess(first, 0));
        await store.recover(['Process'], []);
        const second = await claimed('Process');
        expect(await store.send(fromProcess(second, 0))).toEqual({ ...sent, isNew: false });
        const other = await store.send(fromProcess(second, 1));
        expect(other).toMatchObject({ isNew: true, sessionId: sent.sessionId });
        expect(await store.depth('Operation')).toBe(2);
      });

      test('another body, or another target, is a permanent error and sends nothing', async () => {
        await store.send(fromService);
        const parent = await claimed('Process');
        await store.send(fromProcess(parent, 0));
        const permanent = { code: 'REPLAY_MISMATCH', name: 'PermanentError' };
        const changes: readonly Partial<NewRequest>[] = [{ body: done }, { target: 'Other' }];
        for (const change of changes) {
          const again = store.send(fromProcess(parent, 0, change));
          await expect(again).rejects.toMatchObject(permanent);
        }
        const asAnswer = store.answer({ ...answerFrom(parent, 0), body: image });
        await expect(asAnswer).rejects.toMatchObject(permanent);
        expect(await store.session(parent.header.sessionId)).toHaveLength(2);
      });

      test('no value of a body is in the text of a mismatch', async () => {
        await store.send(fromService);
        const parent = await claimed('Process');
        await store.send(fromProcess(parent, 0));
        const again = store.send(
          fromProcess(parent, 0, { body: { ...image, patient: 'DOE^JANE' } }),
        );
        const error: unknown = await again.catch((reason: unknown) => reason);
        expect(String(error)).not.toMatch(/PAT-1|DOE|1\.2\.3\.1/);
      });

      test('one that ended in Error is sent anew under its key', async () => {
        await store.send(fromService);
        const parent = await claimed('Process');
        const sent = await store.send(fromProcess(parent, 0));
        const { claim } = await claimed('Operation');
        await store.finish(claim, { status: 'Error', error: failed });
        const anew = await store.send(fromProcess(parent, 0));
        expect(anew.isNew).toBe(true);
        expect(anew.id).toBeGreaterThan(sent.id);
        expect(await store.send(fromProcess(parent, 0))).toEqual({ ...anew, isNew: false });
      });

      test('a send that was refused leaves nothing behind', async () => {
        await store.send(fromService);
        const parent = await claimed('Process');
        const sends = await Promise.allSettled([
          store.send(fromProcess(parent, 0)),
          store.send(fromProcess(parent, 0, { body: done })),
          store.send(fromProcess(parent, 1)),
        ]);
        expect(sends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
        expect(await store.session(parent.header.sessionId)).toHaveLength(3);
      });
    });

    describe('answer', () => {
      test('a handler answers the waiting service itself', async () => {
        const { id } = await store.send(fromService);
        const parent = await claimed('Process');
        const answer = await store.answer(answerFrom(parent, 0));
        expect(answer).toMatchObject({ sessionId: id, isNew: true });
        expect((await store.message(answer.id))?.header).toMatchObject({
          type: 'Response',
          status: 'Queued',
          priority: 'Sync',
          targetQueueName: 'Service',
          correspondingMessageId: id,
        });
        expect((await store.message(id))?.header).toMatchObject({
          status: 'Delivered',
          correspondingMessageId: answer.id,
        });
        expect(await store.finish(parent.claim, { status: 'Completed' })).toBeUndefined();
        expect((await claimed('Service')).body).toEqual(done);
        expect(await store.session(id)).toHaveLength(2);
      });

      test('a host further on in the session can answer too', async () => {
        const { id } = await store.send(fromService);
        const parent = await claimed('Process');
        await store.send(fromProcess(parent, 0, { responseRequired: false }));
        const operation = await claimed('Operation');
        const answer = await store.answer({ ...answerFrom(operation, 0), source: 'Operation' });
        expect((await store.message(answer.id))?.header.correspondingMessageId).toBe(id);
      });

      test('a replay of an answer does nothing', async () => {
        const { id } = await store.send(fromService);
        const first = await store.answer(answerFrom(await claimed('Process'), 0));
        await store.recover(['Process'], []);
        const again = await store.answer(answerFrom(await claimed('Process'), 0));
        expect(again).toEqual({ ...first, isNew: false });
        expect(await store.session(id)).toHaveLength(2);
      });

      test('a second answer is refused', async () => {
        await store.send(fromService);
        const parent = await claimed('Process');
        await store.answer(answerFrom(parent, 0));
        const second = store.answer(answerFrom(parent, 1));
        await expect(second).rejects.toMatchObject({ code: 'ALREADY_ANSWERED' });
      });

      test('returning a body after an answer ends the message in Error; the answer stands', async () => {
        const { id } = await store.send(fromService);
        const parent = await claimed('Process');
        const answer = await store.answer(answerFrom(parent, 0));
        const finish = store.finish(parent.claim, { status: 'Completed', body: done });
        await expect(finish).rejects.toMatchObject({ code: 'ALREADY_ANSWERED' });
        expect((await store.message(id))?.header).toMatchObject({
          status: 'Error',
          errorStatus: { code: 'ALREADY_ANSWERED' },
          correspondingMessageId: answer.id,
        });
        expect((await store.message(answer.id))?.header).toMatchObject({
          status: 'Queued',
          isError: false,
        });
        expect(await store.session(id)).toHaveLength(2);
      });

      test('failing after an answer ends the message in Error and gives no second response', async () => {
        const { id } = await store.send(fromService);
        const parent = await claimed('Process');
        await store.answer(answerFrom(parent, 0));
        expect(
          await store.finish(parent.claim, { status: 'Error', error: failed }),
        ).toBeUndefined();
        expect(await statusOf(id)).toBe('Error');
        expect(await store.session(id)).toHaveLength(2);
      });

      test('a service that waits for nothing in the session cannot be answered', async () => {
        await store.send(fromService);
        const parent = await claimed('Process');
        const other = store.answer({ ...answerFrom(parent, 0), service: 'Another' });
        await expect(other).rejects.toMatchObject({ code: 'ANSWER_UNEXPECTED' });
      });

      test('a service that wanted no response cannot be answered', async () => {
        await store.send({ ...fromService, responseRequired: false });
        const parent = await claimed('Process');
        const answer = store.answer(answerFrom(parent, 0));
        await expect(answer).rejects.toMatchObject({ code: 'ANSWER_UNEXPECTED' });
      });
    });

    describe('takeResponse', () => {
      test('there is none until the request has ended; then it is Completed in one step', async () => {
        await store.send(fromService);
        const parent = await claimed('Process');
        const { id } = await store.send(fromProcess(parent, 0));
        expect(await store.takeResponse(id)).toBeUndefined();
        const { claim } = await claimed('Operation');
        await store.finish(claim, { status: 'Completed', body: done });
        const response = await store.takeResponse(id);
        expect(response).toMatchObject({
          header: { type: 'Response', status: 'Completed' },
          body: done,
        });
        expect(response?.header.timeDelivered).toBeDefined();
        expect(response?.header.timeProcessed).toBeDefined();
      });

      test('a response that an earlier run took is returned as it is', async () => {
        await store.send(fromService);
        const parent = await claimed('Process');
        const { id } = await store.send(fromProcess(parent, 0));
        await store.finish((await claimed('Operation')).claim, { status: 'Completed', body: done });
        const first = await store.takeResponse(id);
        expect(await store.takeResponse(id)).toEqual(first);
      });

      test('a response that a worker holds is not taken from it', async () => {
        const { id } = await store.send(fromService);
        await store.finish((await claimed('Process')).claim, { status: 'Completed', body: done });
        await claimed('Service');
        await expect(store.takeResponse(id)).rejects.toMatchObject({ code: 'STATUS_ILLEGAL' });
      });

      test('there is none to a message that does not exist', async () => {
        expect(await store.takeResponse(4711)).toBeUndefined();
      });
    });

    describe('retries and recovery', () => {
      test('a failed attempt is counted and its reason kept until the message has ended well', async () => {
        const { id, sessionId } = await store.send(fromService);
        const { claim } = await claimed('Process');
        const due = new Date(Date.now() + 5_000).toISOString();
        await store.retrying(claim, failed, due);
        await store.retrying(claim, { ...failed, text: 'again' }, due);
        const header = (await store.message(id))?.header;
        expect(header).toMatchObject({
          status: 'Delivered',
          attempts: 2,
          nextAttemptAt: due,
          isError: false,
          errorStatus: { text: 'again' },
        });
        expect(await store.troubles(sessionId)).toEqual([{ ...failed, text: 'again' }]);
        await store.finish(claim, { status: 'Completed', body: done });
        expect(await store.troubles(sessionId)).toEqual([]);
        expect((await store.message(id))?.header).not.toHaveProperty('errorStatus');
        expect((await store.message(id))?.header).not.toHaveProperty('nextAttemptAt');
      });

      test('troubles are those of the session, newest first', async () => {
        const { sessionId } = await store.send(fromService);
        const parent = await claimed('Process');
        await store.send(fromProcess(parent, 0));
        const operation = await claimed('Operation');
        const full = { code: 'DISK_FULL', text: 'no space', origin: { host: 'Disk', code: 'X' } };
        await store.retrying(parent.claim, failed, new Date().toISOString());
        await store.retrying(operation.claim, full, new Date().toISOString());
        expect(await store.troubles(sessionId)).toEqual([full, failed]);
        expect(await store.troubles(sessionId + 1)).toEqual([]);
      });

      test('troubles of what a session waits behind are its own too, along the whole way', async () => {
        await store.send(fromService);
        const first = await claimed('Process');
        await store.send(fromProcess(first, 0));
        const operation = await claimed('Operation');
        const behind = await store.send({ ...fromService, target: 'Other' });
        const other = await claimed('Other');
        await store.send(fromProcess(other, 0, { source: 'Other', target: 'Process' }));
        const last = await store.send({ ...fromService, target: 'Other' });
        const elsewhere = await store.send({ ...fromService, target: 'Elsewhere' });
        await store.retrying(operation.claim, failed, new Date().toISOString());
        expect(await store.troubles(behind.sessionId)).toEqual([failed]);
        expect(await store.troubles(last.sessionId)).toEqual([failed]);
        expect(await store.troubles(elsewhere.sessionId)).toEqual([]);
        const slow = { ...failed, text: 'slow' };
        await store.retrying(other.claim, slow, new Date().toISOString());
        expect(await store.troubles(behind.sessionId)).toEqual([slow, failed]);
        await store.finish(operation.claim, { status: 'Completed', body: done });
        expect(await store.troubles(last.sessionId)).toEqual([slow]);
      });

      test('a message that is given back is the next to be claimed', async () => {
        const first = await store.send(fromService);
        await store.send(fromService);
        const { claim } = await claimed('Process');
        await store.requeue(claim);
        const header = (await store.message(first.id))?.header;
        expect(header?.status).toBe('Queued');
        expect(header).not.toHaveProperty('timeDelivered');
        expect((await claimed('Process')).header.id).toBe(first.id);
      });

      test('recovery gives back what dead owners held in the queues named, and nothing else', async () => {
        for (let n = 0; n < 3; n++) await store.send(fromService);
        await store.send({ ...fromService, target: 'Elsewhere' });
        const dead = await store.claim('Process', 3, 'dead');
        const alive = await store.claim('Process', 3, 'alive');
        const elsewhere = await store.claim('Elsewhere', 1, 'dead');
        expect(await store.recover(['Process'], ['alive'])).toBe(1);
        expect(await statusOf(dead?.header.id ?? 0)).toBe('Queued');
        expect(await statusOf(alive?.header.id ?? 0)).toBe('Delivered');
        expect(await statusOf(elsewhere?.header.id ?? 0)).toBe('Delivered');
        expect((await claimed('Process', 3)).header.id).toBe(dead?.header.id);
        expect(await store.recover([], [])).toBe(0);
      });

      test('pending lists what is Queued in the order it will be claimed, page by page', async () => {
        const sent: number[] = [];
        for (const priority of ['Async', 'Sync', 'Async', 'Sync', 'HighSync'] as const) {
          sent.push((await store.send({ ...fromService, priority })).id);
        }
        const order = [sent[4], sent[1], sent[3], sent[0], sent[2]];
        const pages: number[] = [];
        for (let after = 0, more = true; more;) {
          const page = await store.pending('Process', after, 2);
          pages.push(...page.map(({ id }) => id));
          after = page.at(-1)?.id ?? 0;
          more = page.length > 0;
        }
        expect(pages).toEqual(order);
        expect((await store.pending('Process', 0, 1))[0]).toEqual({
          id: sent[4],
          sessionId: sent[4],
          bodyType: 'dicom.document',
        });
        await claimed('Process');
        expect((await store.pending('Process', sent[4] ?? 0, 10)).map(({ id }) => id)).toEqual(
          order.slice(1),
        );
      });

      test('depth counts what is Queued', async () => {
        expect(await store.depth('Process')).toBe(0);
        await store.send(fromService);
        await store.send(fromService);
        await claimed('Process');
        expect(await store.depth('Process')).toBe(1);
      });
    });

    describe('what the peer was told', () => {
      test('the first note counts', async () => {
        const { id } = await store.send(fromService);
        await store.answered(id, { status: '0110', note: 'answered 0110 after 8 s' });
        await store.answered(id, { status: '0000' });
        const answered = (await store.message(id))?.header.answered;
        expect(answered).toMatchObject({ status: '0110', note: 'answered 0110 after 8 s' });
        expect(answered?.time).toMatch(/Z$/);
      });

      test('the response brings the note with it', async () => {
        const { id } = await store.send(fromService);
        await store.answered(id, { status: '0000' });
        await store.finish((await claimed('Process')).claim, { status: 'Completed', body: done });
        const response = await claimed('Service');
        expect(response.requestAnswered).toMatchObject({ status: '0000' });
        expect(response.requestAnswered).not.toHaveProperty('note');
      });

      test('a note on a message there is not is an error', async () => {
        const note = store.answered(4711, { status: '0000' });
        await expect(note).rejects.toMatchObject({ code: 'NOT_FOUND' });
      });
    });

    describe('reading', () => {
      test('a session is its messages, oldest first', async () => {
        const { sessionId } = await store.send(fromService);
        const parent = await claimed('Process');
        await store.send(fromProcess(parent, 0));
        const { id } = (await claimed('Operation')).header;
        await store.finish({ messageId: id, fence: 1 }, { status: 'Completed', body: done });
        await store.takeResponse(id);
        await store.finish(parent.claim, { status: 'Completed', body: done });
        const legs = (await store.session(sessionId)).map(({ header }) => [
          header.sourceConfigName,
          header.targetConfigName,
          header.type,
          header.status,
        ]);
        expect(legs).toEqual([
          ['Service', 'Process', 'Request', 'Completed'],
          ['Process', 'Operation', 'Request', 'Completed'],
          ['Operation', 'Process', 'Response', 'Completed'],
          ['Process', 'Service', 'Response', 'Queued'],
        ]);
        expect(await store.session(4711)).toEqual([]);
      });

      test('the last session is the newest that was begun', async () => {
        expect(await store.lastSession()).toBeUndefined();
        await store.send(fromService);
        const second = await store.send(fromService);
        await store.send(fromProcess(await claimed('Process'), 0));
        expect(await store.lastSession()).toBe(second.sessionId);
        expect(await store.message(4711)).toBeUndefined();
      });

      test('messages are found by host, status, session, sender and what the image is', async () => {
        const other: Document = {
          ...documentA,
          digest: 'b'.repeat(64),
          attributes: {
            patientId: 'PAT-2',
            studyInstanceUid: '1.2.3.2',
            sopInstanceUid: '1.2.3.2.2',
          },
        };
        const one = await store.send(fromService);
        const two = await store.send({
          ...fromService,
          source: 'Door',
          body: { ...image, document: other },
          arrival: { ...arrival, callingAeTitle: 'MODALITY' },
        });
        await store.finish((await claimed('Process')).claim, { status: 'Completed', body: done });
        const ids = async (filter: Parameters<MessageStore['messages']>[0]) =>
          (await store.messages(filter)).map(({ id }) => id);
        const response = 3;
        expect(await ids({})).toEqual([response, two.id, one.id]);
        expect(await ids({ host: 'Process' })).toEqual([response, two.id, one.id]);
        expect(await ids({ host: 'Service' })).toEqual([response, one.id]);
        expect(await ids({ status: 'Completed' })).toEqual([one.id]);
        expect(await ids({ status: 'Queued', host: 'Process' })).toEqual([response, two.id]);
        expect(await ids({ status: 'Error' })).toEqual([]);
        expect(await ids({ sessionId: one.sessionId })).toEqual([response, one.id]);
        expect(await ids({ callingAeTitle: 'MODALITY' })).toEqual([two.id]);
        expect(await ids({ patientId: 'PAT-2' })).toEqual([two.id]);
        expect(await ids({ accessionNumber: 'ACC-1' })).toEqual([one.id]);
        expect(await ids({ studyInstanceUid: '1.2.3.2' })).toEqual([two.id]);
        expect(await ids({ sopInstanceUid: '1.2.3.1.1.1' })).toEqual([one.id]);
        expect(await ids({ patientId: 'PAT-1', callingAeTitle: 'MODALITY' })).toEqual([]);
        expect(await ids({ limit: 1 })).toEqual([response]);
        expect(await ids({ before: response, limit: 1 })).toEqual([two.id]);
      });

      test('fifty messages are listed when no limit is given', async () => {
        await Promise.all(Array.from({ length: 60 }, () => store.send(fromService)));
        expect(await store.messages()).toHaveLength(50);
        expect(await store.messages({ limit: 55 })).toHaveLength(55);
      });

      test('the events are kept, newest first, and found by what they say', async () => {
        const before = new Date().toISOString();
        await store.log({ type: 'Info', code: 'STARTED', text: 'it runs' });
        await store.log({
          type: 'Warning',
          code: 'ASSOCIATION_REFUSED',
          text: 'called AE title WRONG',
          host: 'Service',
          sessionId: 7,
          messageId: 8,
          details: { calledAeTitle: 'WRONG', port: 104, listed: false },
        });
        const [newest, oldest] = await store.events();
        expect(newest).toMatchObject({
          type: 'Warning',
          code: 'ASSOCIATION_REFUSED',
          text: 'called AE title WRONG',
          host: 'Service',
          sessionId: 7,
          messageId: 8,
          details: { calledAeTitle: 'WRONG', port: 104, listed: false },
        });
        expect(oldest?.time).toMatch(/Z$/);
        expect(oldest).not.toHaveProperty('host');
        expect(await store.events({ type: 'Warning' })).toEqual([newest]);
        expect(await store.events({ host: 'Service' })).toEqual([newest]);
        expect(await store.events({ code: 'STARTED' })).toEqual([oldest]);
        expect(await store.events({ sessionId: 7 })).toEqual([newest]);
        expect(await store.events({ limit: 1 })).toEqual([newest]);
        expect(await store.events({ since: before })).toHaveLength(2);
        expect(await store.events({ since: '9999-01-01T00:00:00.000Z' })).toEqual([]);
      });
    });

    describe('status', () => {
      const host = {
        name: 'Process',
        type: 'BusinessProcess',
        component: './p.ts',
        poolSize: 4,
        status: 'Running',
      } as const;

      test('the production is unknown until it is named; its id stays', async () => {
        expect(await store.production()).toBeUndefined();
        await store.setProduction({ name: 'Demo', status: 'Running', pid: 42 });
        const production = await store.production();
        expect(production).toMatchObject({
          name: 'Demo',
          status: 'Running',
          pid: 42,
          recoveries: 0,
          redis: { status: 'unknown' },
          endpoints: {},
        });
        expect(production?.id).toMatch(/^[a-z0-9]{8}$/);
        expect(production).not.toHaveProperty('startedAt');
        const redis = {
          status: 'connected',
          url: 'redis://x',
          since: '2026-01-01T00:00:00.000Z',
        } as const;
        const change = {
          status: 'Stopped',
          recoveries: 3,
          redis,
          endpoints: { page: 'http://x' },
        } as const;
        await store.setProduction(change);
        expect(await store.production()).toEqual({ ...production, ...change });
      });

      test('hosts are listed in the order of their kinds, changed in place and removed by name', async () => {
        const operation = { ...host, name: 'Operation', type: 'BusinessOperation' } as const;
        const service = { ...host, name: 'Service', type: 'BusinessService' } as const;
        for (const state of [operation, host, service]) await store.setHost(state);
        await store.setHost({ ...host, status: 'Error', detail: 'no such folder' });
        expect(await store.hosts()).toEqual([
          service,
          { ...host, status: 'Error', detail: 'no such folder' },
          operation,
        ]);
        await store.setHost(host);
        await store.removeHostsExcept(['Process', 'New']);
        expect(await store.hosts()).toEqual([host]);
      });

      test('queues count the messages of each host', async () => {
        await store.setHost(host);
        await store.setHost({ ...host, name: 'Service', type: 'BusinessService' });
        const sent = [];
        for (let n = 0; n < 5; n++) sent.push(await store.send(fromService));
        const one = await claimed('Process', 4);
        await store.send(fromProcess(one, 0));
        await store.finish((await claimed('Operation')).claim, { status: 'Completed' });
        await store.finish(one.claim, { status: 'Completed', body: done });
        await store.finish((await claimed('Process', 4)).claim, { status: 'Error', error: failed });
        const retried = await claimed('Process', 4);
        await store.retrying(retried.claim, { code: 'DISK_FULL', text: 'no space' }, 'later');
        const response = await claimed('Service');
        await store.finish(response.claim, { status: 'Discarded', note: 'peer gone' });

        const queues = await store.queues();
        expect(queues.map((queue) => queue.host)).toEqual(['Service', 'Process']);
        expect(queues[0]).toMatchObject({ queued: 1, delivered: 0, discarded: 1, completed: 0 });
        expect(queues[0]).not.toHaveProperty('lastError');
        expect(queues[1]).toMatchObject({
          queued: 2,
          delivered: 1,
          retrying: 1,
          completed: 1,
          failed: 1,
          discarded: 0,
          lastError: { messageId: retried.header.id, code: 'DISK_FULL', text: 'no space' },
        });
        const oldest = await store.message(sent[3]?.id ?? 0);
        expect(queues[1]?.oldestQueuedAt).toBe(oldest?.header.timeQueued);
      });

      test('a host that is gone is listed while messages wait for it', async () => {
        await store.send(fromService);
        expect(await store.queues()).toMatchObject([{ host: 'Process', queued: 1 }]);
        await store.finish((await claimed('Process')).claim, { status: 'Completed' });
        expect(await store.queues()).toMatchObject([{ host: 'Service', queued: 1 }]);
      });
    });

    test('flush resolves, also for many callers at the same time', async () => {
      await store.send(fromService);
      await Promise.all(Array.from({ length: 20 }, () => store.flush()));
    });

    test('a closed store refuses every call', async () => {
      await store.close();
      await expect(store.send(fromService)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      await expect(store.flush()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    });
  });
}
