import { describe, expect, test } from 'vitest';
import type { Document, MessageBody, Receipt } from '@consort/core';
import {
  arrival,
  claimer,
  documentA,
  done,
  failed,
  fromProcess,
  fromService,
  image,
  type Subject,
} from './example-messages.ts';

const documentB: Document = {
  ...documentA,
  digest: 'b'.repeat(64),
  attributes: { ...documentA.attributes, sopInstanceUid: '1.2.3.1.1.2' },
};
const { sopInstanceUid } = documentA.attributes;
const imageB: MessageBody = { ...image, document: documentB };
const otherContent: MessageBody = {
  ...image,
  document: { ...documentA, digest: 'c'.repeat(64), size: 1236 },
};
const otherStudy: MessageBody = {
  ...image,
  document: {
    ...documentA,
    digest: 'd'.repeat(64),
    attributes: { studyInstanceUid: '1.2.3.2', sopInstanceUid: '1.2.3.2.1' },
  },
};
const written: Receipt = { peer: 'file:1.dcm', status: 'written', digest: 'a'.repeat(64), size: 9 };

/** Images as they were received, what became of them, and who took them. Part of `testMessageStore`. */
export function testImages(store: Subject): void {
  const claimed = claimer(store);
  const receive = async (body: MessageBody, callingAeTitle = arrival.callingAeTitle) => {
    const sent = await store().send({
      ...fromService,
      body,
      arrival: { ...arrival, callingAeTitle },
    });
    return sent.id;
  };
  const states = async () => (await store().images({})).map(({ state }) => state).toReversed();

  /** The newest message is taken through the process; the operation's message is claimed. */
  async function atOperation(body: MessageBody) {
    const working = await claimed('Process', 9);
    const { id } = await store().send(fromProcess(working, 0, { body }));
    return { working, writing: await claimed('Operation', 9), id };
  }

  async function deliver(body: MessageBody): Promise<void> {
    const { working, writing, id } = await atOperation(body);
    await store().delivered(id, { ...written, digest: body.document?.digest ?? '' });
    await store().finish(writing.claim, { status: 'Completed', body: done });
    await store().takeResponse(id);
    await store().finish(working.claim, { status: 'Completed', body: done });
    const answer = await claimed('Service');
    await store().answered(working.header.id, { status: '0000' });
    await store().finish(answer.claim, { status: 'Completed' });
  }

  describe('images', () => {
    test('an image is what brought it in, once for each time it came', async () => {
      const one = await receive(image);
      const two = await receive(imageB, 'MODALITY');
      await store().answered(two, { status: '0110', note: 'after 8 s' });
      const found = await store().images({});
      expect(found).toMatchObject([
        { messageId: two, document: documentB, answered: { status: '0110', note: 'after 8 s' } },
        { messageId: one, document: documentA, arrival },
      ]);
      expect(found[0]?.arrival?.callingAeTitle).toBe('MODALITY');
      expect(found[1]).not.toHaveProperty('answered');
      expect(found[1]).not.toHaveProperty('sameAs');
      expect(found[1]).not.toHaveProperty('otherContentIn');
      expect((await store().message(one))?.header.timeCreated).toBe(found[1]?.time);
    });

    test('they are found by what they are and when they came, page by page', async () => {
      const one = await receive(image);
      const two = await receive(imageB);
      await receive(otherStudy);
      await atOperation(image);
      const ids = async (filter: Parameters<ReturnType<Subject>['images']>[0]) =>
        (await store().images(filter)).map(({ messageId }) => messageId);
      expect(await ids({ accessionNumber: 'ACC-1' })).toEqual([two, one]);
      expect(await ids({ studyInstanceUid: '1.2.3.1' })).toEqual([two, one]);
      expect(await ids({ sopInstanceUid: sopInstanceUid ?? '' })).toEqual([one]);
      expect(await ids({ accessionNumber: 'ACC-1', limit: 1 })).toEqual([two]);
      expect(await ids({ accessionNumber: 'ACC-1', before: two })).toEqual([one]);
      expect(await ids({ accessionNumber: 'nobody' })).toEqual([]);
      expect(await ids({ since: '9999-01-01T00:00:00.000Z' })).toEqual([]);
      expect(await ids({ until: '9999-01-01T00:00:00.000Z' })).toHaveLength(3);
    });

    test('what is sent again is told from what has other content', async () => {
      const one = await receive(image);
      const again = await receive(image);
      const other = await receive(otherContent);
      expect(await store().images({})).toMatchObject([
        { messageId: other, otherContentIn: one },
        { messageId: again, sameAs: one, otherContentIn: other },
        { messageId: one, otherContentIn: other },
      ]);
      expect((await store().images({}))[0]).not.toHaveProperty('sameAs');
    });

    test('the first message with other content under a UID is told of the one before, once', async () => {
      const send = (body: MessageBody) => store().send({ ...fromService, body });
      const one = await send(image);
      expect(one).not.toHaveProperty('otherContentIn');
      expect(await send(image)).not.toHaveProperty('otherContentIn');
      expect(await send(imageB)).not.toHaveProperty('otherContentIn');
      expect(await send(otherContent)).toMatchObject({ otherContentIn: one.id });
      expect(await send(otherContent)).not.toHaveProperty('otherContentIn');
      expect(await send(image)).not.toHaveProperty('otherContentIn');
      const working = await claimed('Process');
      const changed = { ...image, document: { ...documentA, digest: 'e'.repeat(64) } };
      const sentOn = await store().send(fromProcess(working, 0, { body: changed }));
      expect(sentOn).not.toHaveProperty('otherContentIn');
    });

    test('an image is as far as the worst of its legs', async () => {
      await receive(image);
      expect(await states()).toEqual(['inProgress']);
      const { working, writing, id } = await atOperation(image);
      expect(await states()).toEqual(['inProgress']);
      await store().retrying(writing.claim, failed, new Date().toISOString());
      expect(await states()).toEqual(['retrying']);
      await store().finish(writing.claim, { status: 'Error', error: failed });
      expect(await states()).toEqual(['failed']);
      // A failed send is issued anew under its key by a handler that runs again.
      await store().send(fromProcess(working, 0));
      expect(await states()).toEqual(['inProgress']);
      const anew = await claimed('Operation');
      expect(anew.header.id).not.toBe(id);
      await store().finish(anew.claim, { status: 'Completed', body: done });
      await store().takeResponse(anew.header.id);
      await store().finish(working.claim, { status: 'Completed', body: done });
      expect(await states()).toEqual(['inProgress']);
      await store().finish((await claimed('Service')).claim, { status: 'Discarded', note: 'gone' });
      expect(await states()).toEqual(['completed']);
    });

    test('the error of a leg further on is counted there alone', async () => {
      await receive(image);
      const { working, writing } = await atOperation(image);
      await store().finish(writing.claim, { status: 'Error', error: failed });
      const origin = { host: 'Operation', code: failed.code };
      const consequence = { code: 'REQUEST_FAILED', text: 'Operation failed', origin };
      await store().finish(working.claim, { status: 'Error', error: consequence });
      await store().finish((await claimed('Service')).claim, { status: 'Completed' });
      expect(await states()).toEqual(['failed']);
    });
  });

  describe('studies', () => {
    test('each is counted whole, the one with the newest image first', async () => {
      await receive(image);
      await deliver(image);
      const first = (await store().images({}))[0];
      await receive(otherStudy, 'MODALITY');
      await receive(image, 'MODALITY');
      await receive(otherContent);
      const last = await receive(imageB);
      const counts = await store().studies({});
      expect(counts).toMatchObject([
        {
          studyInstanceUid: '1.2.3.1',
          accessionNumbers: ['ACC-1'],
          callingAeTitles: ['MODALITY', 'ORTHANC'],
          received: 4,
          completed: 1,
          inProgress: 3,
          retrying: 0,
          suspended: 0,
          failed: 0,
          instances: 2,
          sentAgain: 1,
          otherContent: 1,
          firstImageAt: first?.time,
          lastImageAt: (await store().message(last))?.header.timeCreated,
        },
        { studyInstanceUid: '1.2.3.2', accessionNumbers: [], received: 1, inProgress: 1 },
      ]);
      const lately = { since: counts[0]?.lastImageAt ?? '' };
      expect((await store().studies(lately))[0]).toEqual(counts[0]);
      expect(await store().studies({ accessionNumber: 'ACC-1' })).toEqual([counts[0]]);
      expect(await store().studies({ studyInstanceUid: '1.2.3.2' })).toEqual([counts[1]]);
      expect(await store().studies({ sopInstanceUid: sopInstanceUid ?? '' })).toEqual([counts[0]]);
      expect(await store().studies({ limit: 1 })).toEqual([counts[0]]);
      expect(await store().studies({ since: '9999-01-01T00:00:00.000Z' })).toEqual([]);
    });

    test('they are listed page by page, whatever came meanwhile, and by when an image came', async () => {
      const studyOf = (n: number): MessageBody => ({
        ...image,
        document: {
          ...documentA,
          digest: String(n).repeat(64),
          attributes: { studyInstanceUid: `1.2.${n}`, sopInstanceUid: `1.2.${n}.1` },
        },
      });
      const ids: number[] = [];
      for (const n of [1, 2, 3, 4]) ids.push(await receive(studyOf(n)));
      const uids = async (filter: Parameters<ReturnType<Subject>['studies']>[0]) =>
        (await store().studies(filter)).map(({ studyInstanceUid }) => studyInstanceUid);
      const [newest] = await store().studies({ limit: 1 });
      expect(newest).toMatchObject({ studyInstanceUid: '1.2.4', lastMessageId: ids[3] });
      // The oldest comes to the top: it is not in the pages behind.
      await receive(studyOf(1));
      const before = newest?.lastMessageId ?? 0;
      expect(await uids({ before, limit: 1 })).toEqual(['1.2.3']);
      expect(await uids({ before })).toEqual(['1.2.3', '1.2.2']);
      expect(await uids({ limit: 2 })).toEqual(['1.2.1', '1.2.4']);
      expect(await uids({ studyInstanceUid: '1.2.1', before })).toEqual([]);
      const timeOf = async (id = 0) => (await store().message(id))?.header.timeCreated ?? '';
      expect(await uids({ until: await timeOf(ids[0]) })).toEqual([]);
      expect(await uids({ since: await timeOf(ids[0]), until: '9999' })).toHaveLength(4);
      // The first study has an image before the second and one after the fourth, and none between them.
      const [since, until] = [await timeOf(ids[1]), await timeOf(ids[3])];
      const between = await uids({ since, until });
      expect(between).not.toContain(since > (await timeOf(ids[0])) ? '1.2.1' : undefined);
      expect(await uids({ studyInstanceUid: '1.2.2', since: '9999' })).toEqual([]);
    });

    test('a purge takes images out of a study, and the study with the last of them', async () => {
      const everything = {
        completedBefore: '9999',
        failedBefore: '9999',
        after: 0,
        isDryRun: false,
      };
      const counted = async () =>
        (await store().studies({})).map(({ studyInstanceUid, received, lastMessageId }) => [
          studyInstanceUid,
          received,
          lastMessageId,
        ]);
      const end = async () => {
        const { claim } = await claimed('Process', 99);
        await store().finish(claim, { status: 'Completed', body: done });
        const answer = await claimed('Service', 99);
        await store().finish(answer.claim, { status: 'Completed' });
      };
      const first = await receive(image);
      const other = await receive(otherStudy);
      const last = await receive(imageB);
      // The first image of its study goes, and then all of another study.
      await end();
      await store().purge(everything);
      expect(await counted()).toEqual([
        ['1.2.3.1', 1, last],
        ['1.2.3.2', 1, other],
      ]);
      await end();
      await store().purge(everything);
      expect(await counted()).toEqual([['1.2.3.1', 1, last]]);
      // The last image of a study goes, and an older one stays: then that is its last.
      const again = await receive(image);
      const newest = await receive(otherContent);
      const [held, stays, goes] = [
        await claimed('Process', 99),
        await claimed('Process', 99),
        await claimed('Process', 99),
      ];
      expect([held, stays, goes].map(({ header }) => header.id)).toEqual([last, again, newest]);
      await store().finish(goes.claim, { status: 'Completed', body: done });
      await store().finish((await claimed('Service', 99)).claim, { status: 'Completed' });
      await store().purge(everything);
      expect(await counted()).toEqual([['1.2.3.1', 2, again]]);
      expect(await store().studies({ before: again })).toEqual([]);
      for (const { claim } of [held, stays]) {
        await store().finish(claim, { status: 'Completed', body: done });
        await store().finish((await claimed('Service', 99)).claim, { status: 'Completed' });
      }
      await store().purge(everything);
      expect(await counted()).toEqual([]);
      const anew = await receive(image);
      expect(await counted()).toEqual([['1.2.3.1', 1, anew]]);
      expect(first).toBeLessThan(anew);
    });

    test('images without a study are counted together', async () => {
      const { studyInstanceUid: _, ...attributes } = documentA.attributes;
      await receive({ ...image, document: { ...documentA, attributes } });
      await receive({ type: 'test.without document' });
      const [count, ...others] = await store().studies({});
      expect(count).toMatchObject({ received: 1, instances: 1 });
      expect(count).not.toHaveProperty('studyInstanceUid');
      expect(others).toEqual([]);
    });
  });

  describe('legs', () => {
    test('they are the messages of the session, each with what it carried and who took it', async () => {
      const id = await receive(image);
      await deliver(image);
      const { digest, size } = documentA;
      const legs = await store().legs(id);
      expect(legs.map(({ header }) => header)).toEqual(
        (await store().session(id)).map(({ header }) => header),
      );
      expect(legs.map(({ document }) => document)).toEqual([
        { digest, size },
        { digest, size },
        undefined,
        undefined,
      ]);
      expect(legs.map(({ receipts }) => receipts.length)).toEqual([0, 1, 0, 0]);
      expect(legs[1]?.receipts[0]).toMatchObject({ ...written, messageId: legs[1]?.header.id });
      expect(await store().legs(4711)).toEqual([]);
    });

    test('what another session sent on is with its own image, and not with that session’s', async () => {
      const one = await receive(image);
      const two = await receive(imageB);
      const working = await claimed('Process', 2);
      const sentOn = await store().send(fromProcess(working, 0, { body: imageB }));
      const changed = { ...image, document: { ...documentA, digest: 'e'.repeat(64) } };
      const altered = await store().send(fromProcess(working, 1, { body: changed }));
      const ids = async (session: number) =>
        (await store().legs(session)).map(({ header }) => header.id);
      expect(await ids(one)).toEqual([one, altered.id]);
      expect(await ids(two)).toEqual([two, sentOn.id]);
      const { claim } = await claimed('Operation');
      await store().finish(claim, { status: 'Error', error: failed });
      expect(await store().images({})).toMatchObject([
        { messageId: two, state: 'failed' },
        { messageId: one, state: 'inProgress' },
      ]);
    });
  });

  describe('receipts', () => {
    test('the same said again keeps its hour; what is said later takes its place', async () => {
      const session = await receive(image);
      const { id } = await atOperation(image);
      const receipts = async () =>
        (await store().legs(session)).find(({ header }) => header.id === id)?.receipts ?? [];
      const later = async (said?: { readonly time: string }) => {
        while (new Date().toISOString() === said?.time) await store().depth('Process');
      };
      await store().delivered(id, written);
      const [first] = await receipts();
      await later(first);
      await store().delivered(id, written);
      expect(await receipts()).toEqual([first]);
      await store().delivered(id, { ...written, status: 'A700' });
      const [second, ...more] = await receipts();
      expect(second).toMatchObject({ ...written, status: 'A700' });
      expect(second?.time).not.toBe(first?.time);
      expect(more).toEqual([]);
      await later(second);
      await store().delivered(id, { ...written, peer: 'PACS@10.0.0.1:104', status: '0000' });
      expect((await receipts()).map(({ status }) => status)).toEqual(['A700', '0000']);
    });

    test('of a message there is not is not kept', async () => {
      await store().delivered(4711, written);
      await receive(image);
      expect((await store().legs(1)).flatMap(({ receipts }) => receipts)).toEqual([]);
    });
  });

  describe('place', () => {
    test('a queued message waits behind what is in progress and what is before it', async () => {
      const one = await receive(image);
      const two = await receive(imageB);
      const three = await receive(otherStudy);
      expect(await store().place(two)).toEqual({ inProgress: [], before: 1 });
      const { claim } = await claimed('Process');
      await store().retrying(claim, failed, new Date().toISOString());
      const place = await store().place(three);
      expect(place).toMatchObject({ inProgress: [{ id: one, attempts: 1 }], before: 1 });
      expect(await store().place(one)).toBeUndefined();
      expect(await store().place(4711)).toBeUndefined();
    });
  });
}
