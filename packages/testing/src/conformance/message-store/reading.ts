import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Document, MessageStore } from '@consort/core';
import {
  documentA,
  image,
  done,
  failed,
  arrival,
  fromService,
  fromProcess,
  claimer,
  type Subject,
} from './example-messages.ts';

/** What an operator reads. Part of `testMessageStore`. */
export function testReading(store: Subject): void {
  const claimed = claimer(store);

  describe('reading', () => {
    test('a session is its messages, oldest first', async () => {
      const { sessionId } = await store().send(fromService);
      const parent = await claimed('Process');
      await store().send(fromProcess(parent, 0));
      const { id } = (await claimed('Operation')).header;
      await store().finish({ messageId: id, fence: 1 }, { status: 'Completed', body: done });
      await store().takeResponse(id);
      await store().finish(parent.claim, { status: 'Completed', body: done });
      const legs = (await store().session(sessionId)).map(({ header }) => [
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
      expect(await store().session(4711)).toEqual([]);
    });

    test('the last session is the newest that was begun', async () => {
      expect(await store().lastSession()).toBeUndefined();
      await store().send(fromService);
      const second = await store().send(fromService);
      await store().send(fromProcess(await claimed('Process'), 0));
      expect(await store().lastSession()).toBe(second.sessionId);
      expect(await store().message(4711)).toBeUndefined();
    });

    test('the bytes of what has come are counted once for each document', async () => {
      const begun = new Date().toISOString();
      expect(await store().documentBytes(begun)).toBe(0);
      await store().send(fromService);
      await store().send(fromService);
      await store().send(fromProcess(await claimed('Process'), 0));
      const other = { ...documentA, digest: 'b'.repeat(64), size: 1000 };
      await store().send({ ...fromService, body: { ...image, document: other } });
      expect(await store().documentBytes(begun)).toBe(documentA.size + 1000);
      expect(await store().documentBytes(new Date(Date.now() + 60_000).toISOString())).toBe(0);
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
      const one = await store().send(fromService);
      const two = await store().send({
        ...fromService,
        source: 'Door',
        body: { ...image, document: other },
        arrival: { ...arrival, callingAeTitle: 'MODALITY' },
      });
      await store().finish((await claimed('Process')).claim, { status: 'Completed', body: done });
      const ids = async (filter: Parameters<MessageStore['messages']>[0]) =>
        (await store().messages(filter)).map(({ id }) => id);
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

    test('messages are found by when they were made, and by what is new', async () => {
      const one = await store().send(fromService);
      const made = async (id: number) => (await store().message(id))?.header.timeCreated ?? '';
      const between = new Date(Date.parse(await made(one.id)) + 1).toISOString();
      while (new Date().toISOString() <= between) await nextTurn();
      const two = await store().send(fromService);
      const later = await made(two.id);
      const ids = async (filter: Parameters<MessageStore['messages']>[0]) =>
        (await store().messages(filter)).map(({ id }) => id);
      expect(await ids({ since: between })).toEqual([two.id]);
      expect(await ids({ since: later })).toEqual([two.id]);
      expect(await ids({ until: later })).toEqual([one.id]);
      expect(await ids({ since: await made(one.id), until: later })).toEqual([one.id]);
      expect(await ids({ since: between, host: 'Process', status: 'Queued' })).toEqual([two.id]);
      expect(await ids({ since: '9999-01-01T00:00:00.000Z' })).toEqual([]);
      expect(await ids({ until: '2001-01-01T00:00:00.000Z' })).toEqual([]);
      expect(await ids({ after: one.id })).toEqual([two.id]);
      expect(await ids({ after: two.id })).toEqual([]);
    });

    test('a message that fails keeps when it first did', async () => {
      const { id } = await store().send(fromService);
      const { claim } = await claimed('Process');
      expect((await store().message(id))?.header).not.toHaveProperty('firstFailedAt');
      await store().retrying(claim, failed, new Date().toISOString());
      const first = (await store().message(id))?.header.firstFailedAt;
      expect(first).toMatch(/Z$/);
      while (new Date().toISOString() === first) await nextTurn();
      await store().retrying(claim, failed, new Date().toISOString());
      expect((await store().message(id))?.header).toMatchObject({
        attempts: 2,
        firstFailedAt: first,
      });
      await store().finish(claim, { status: 'Completed', body: done });
      expect((await store().message(id))?.header).toMatchObject({ firstFailedAt: first });
    });

    test('fifty messages are listed when no limit is given', async () => {
      await Promise.all(Array.from({ length: 60 }, () => store().send(fromService)));
      expect(await store().messages()).toHaveLength(50);
      expect(await store().messages({ limit: 55 })).toHaveLength(55);
    });

    test('the events are kept, newest first, and found by what they say', async () => {
      const before = new Date().toISOString();
      await store().log({ type: 'Info', code: 'STARTED', text: 'it runs' });
      await store().log({
        type: 'Warning',
        code: 'ASSOCIATION_REFUSED',
        text: 'called AE title WRONG',
        host: 'Service',
        sessionId: 7,
        messageId: 8,
        details: { calledAeTitle: 'WRONG', port: 104, listed: false },
      });
      const [newest, oldest] = await store().events();
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
      expect(await store().events({ type: 'Warning' })).toEqual([newest]);
      expect(await store().events({ host: 'Service' })).toEqual([newest]);
      expect(await store().events({ code: 'STARTED' })).toEqual([oldest]);
      expect(await store().events({ sessionId: 7 })).toEqual([newest]);
      expect(await store().events({ limit: 1 })).toEqual([newest]);
      expect(await store().events({ since: before })).toHaveLength(2);
      expect(await store().events({ after: oldest?.id ?? 0 })).toEqual([newest]);
      expect(await store().events({ since: '9999-01-01T00:00:00.000Z' })).toEqual([]);
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
      expect(await store().production()).toBeUndefined();
      await store().setProduction({ name: 'Demo', status: 'Running', pid: 42 });
      const production = await store().production();
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
      await store().setProduction(change);
      expect(await store().production()).toEqual({ ...production, ...change });
    });

    test('hosts are listed in the order of their kinds, changed in place and removed by name', async () => {
      const operation = { ...host, name: 'Operation', type: 'BusinessOperation' } as const;
      const service = { ...host, name: 'Service', type: 'BusinessService' } as const;
      for (const state of [operation, host, service]) await store().setHost(state);
      await store().setHost({ ...host, status: 'Error', detail: 'no such folder' });
      expect(await store().hosts()).toEqual([
        service,
        { ...host, status: 'Error', detail: 'no such folder' },
        operation,
      ]);
      await store().setHost(host);
      await store().removeHostsExcept(['Process', 'New']);
      expect(await store().hosts()).toEqual([host]);
    });

    test('queues count the messages of each host', async () => {
      await store().setHost(host);
      await store().setHost({ ...host, name: 'Service', type: 'BusinessService' });
      const sent = [];
      for (let n = 0; n < 5; n++) sent.push(await store().send(fromService));
      const one = await claimed('Process', 4);
      await store().send(fromProcess(one, 0));
      await store().finish((await claimed('Operation')).claim, { status: 'Completed' });
      await store().finish(one.claim, { status: 'Completed', body: done });
      await store().finish((await claimed('Process', 4)).claim, { status: 'Error', error: failed });
      const retried = await claimed('Process', 4);
      await store().retrying(retried.claim, { code: 'DISK_FULL', text: 'no space' }, 'later');
      const response = await claimed('Service');
      await store().finish(response.claim, { status: 'Discarded', note: 'peer gone' });

      const queues = await store().queues();
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
      const oldest = await store().message(sent[3]?.id ?? 0);
      expect(queues[1]?.oldestQueuedAt).toBe(oldest?.header.timeQueued);
    });

    test('a host that is gone is listed while messages wait for it', async () => {
      await store().send(fromService);
      expect(await store().queues()).toMatchObject([{ host: 'Process', queued: 1 }]);
      await store().finish((await claimed('Process')).claim, { status: 'Completed' });
      expect(await store().queues()).toMatchObject([{ host: 'Service', queued: 1 }]);
    });
  });
}
