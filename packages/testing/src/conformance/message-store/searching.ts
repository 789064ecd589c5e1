import { describe, expect, test } from 'vitest';
import type { MessageBody, MessageFilter } from '@consort/core';
import {
  arrival,
  claimer,
  documentA,
  done,
  failed,
  fromService,
  image,
  type Subject,
} from './example-messages.ts';

/** What the page asks of the record besides what the command line does. Part of `testMessageStore`. */
export function testSearching(store: Subject): void {
  const claimed = claimer(store);
  const receive = async (name: string, change: object = {}): Promise<number> => {
    const attributes = { ...documentA.attributes, patientName: name, ...change };
    // Another name is another data set, so another digest.
    const digest = Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64);
    const body: MessageBody = { ...image, document: { ...documentA, digest, attributes } };
    return (await store().send({ ...fromService, body })).id;
  };
  const found = async (filter: MessageFilter) =>
    (await store().search(filter)).map(({ header }) => header.id);

  describe('what the page searches by', () => {
    test('names are found by their beginning, in any case and however they are composed', async () => {
      const anna = await receive('Mu\u0308ller^Anna');
      const bert = await receive('MÜLLERS^Bert');
      const last = await receive('Zu\u{10ffff}^X');
      await receive('Smith^John');
      expect(await found({ patientName: 'müller' })).toEqual([bert, anna]);
      expect(await found({ patientName: 'MÜLLER^' })).toEqual([anna]);
      expect(await found({ patientName: 'zu' })).toEqual([last]);
      expect(await found({ patientName: 'ller' })).toEqual([]);
      expect(await found({ patientName: '%' })).toEqual([]);
    });

    test('a name comes back with what was found, and not in the body of the message', async () => {
      const id = await receive('Doe^Jane');
      const [first] = await store().search({ patientId: 'PAT-1' });
      expect(first?.document?.attributes).toEqual({
        ...documentA.attributes,
        patientName: 'Doe^Jane',
      });
      expect((await store().message(id))?.body?.document?.attributes).toEqual(documentA.attributes);
    });

    test('series, modality, called AE title and type each find what has them', async () => {
      const ct = await receive('A');
      const mr = await receive('B', { modality: 'MR', seriesInstanceUid: '1.2.3.9' });
      expect(await found({ modality: 'CT' })).toEqual([ct]);
      expect(await found({ seriesInstanceUid: '1.2.3.9' })).toEqual([mr]);
      expect(await found({ calledAeTitle: 'IRIS' })).toEqual([mr, ct]);
      expect(await found({ calledAeTitle: 'OTHER' })).toEqual([]);
      expect(await found({ type: 'Response' })).toEqual([]);
      expect(await found({ modality: 'MR', patientName: 'b', host: 'Process' })).toEqual([mr]);
    });

    test('an error is found by its code and by words of its text, none of which is a pattern', async () => {
      const id = await receive('A');
      await receive('B');
      const { claim } = await claimed('Process');
      await store().finish(claim, { status: 'Error', error: failed });
      expect(await found({ errorText: 'HANDLER_FAILED' })).toContain(id);
      expect(await found({ errorText: 'DISK IS' })).toContain(id);
      expect(await found({ errorText: 'disk_is' })).toEqual([]);
      expect(await found({ errorText: '%' })).toEqual([]);
    });

    test('events are found by words of their text, and page by page', async () => {
      for (const text of ['one refused', 'two', 'three REFUSED']) {
        await store().log({ type: 'Info', code: 'NOTED', text });
      }
      const texts = async (filter: Parameters<ReturnType<Subject>['events']>[0]) =>
        (await store().events(filter)).map(({ text }) => text);
      expect(await texts({ text: 'refused' })).toEqual(['three REFUSED', 'one refused']);
      const [newest] = await store().events({ limit: 1 });
      expect(await texts({ before: newest!.id })).toEqual(['two', 'one refused']);
      expect(await texts({ until: '2020-01-01T00:00:00.000Z' })).toEqual([]);
    });
  });

  describe('a queue', () => {
    test('is given in the order in which it is claimed, part by part', async () => {
      const ids: number[] = [];
      for (const priority of ['Async', 'Sync', 'Async', 'HighSync'] as const) {
        ids.push((await store().send({ ...fromService, priority })).id);
      }
      const first = await store().waiting('Process', 3);
      expect(first.messages.map(({ id }) => id)).toEqual([ids[3], ids[1], ids[0]]);
      const rest = await store().waiting('Process', 3, first.next);
      expect(rest.messages.map(({ id }) => id)).toEqual([ids[2]]);
      expect(rest.next).toBeUndefined();
      expect((await claimed('Process')).header.id).toBe(ids[3]);
    });
  });

  describe('activity', () => {
    test('counts requests as they end, by host and by who sent them', async () => {
      const since = new Date(Date.now() - 60_000).toISOString();
      for (const outcome of ['Completed', 'Error'] as const) {
        await store().send(fromService);
        const { claim } = await claimed('Process');
        if (outcome === 'Error') await store().finish(claim, { status: 'Error', error: failed });
        else await store().finish(claim, { status: 'Completed', body: done });
      }
      const steps = await store().activity(since, 3600);
      expect(steps).toMatchObject([{ step: 0, host: 'Process', ended: 2, failed: 1 }]);
      expect(steps[0]!.longest).toBeGreaterThanOrEqual(0);
      expect(await store().traffic(since)).toEqual([
        { source: 'Service', target: 'Process', ended: 2 },
      ]);
      expect(await store().traffic('2999-01-01T00:00:00.000Z')).toEqual([]);
    });
  });

  describe('the audit trail and saved searches', () => {
    test('entries are kept in their order and found by user and time', async () => {
      const entry = { from: '10.0.0.7', action: 'document', what: '1', result: 'done' };
      for (const user of ['anna', 'bert', 'anna']) await store().audit({ ...entry, user });
      const trail = await store().auditTrail();
      expect(trail.map(({ user }) => user)).toEqual(['anna', 'bert', 'anna']);
      expect(trail[0]).toMatchObject({ ...entry, user: 'anna', id: 3 });
      expect(await store().auditTrail({ user: 'bert' })).toHaveLength(1);
      expect(await store().auditTrail({ before: 2 })).toHaveLength(1);
      expect(await store().auditTrail({ since: '2999-01-01T00:00:00.000Z' })).toEqual([]);
      expect(await store().auditTrail({ until: '2020-01-01T00:00:00.000Z' })).toEqual([]);
    });

    test('a user has his own searches, a hundred of them, and no other’s', async () => {
      const filter = { callingAeTitle: arrival.callingAeTitle };
      for (let count = 0; count < 100; count += 1) {
        expect(await store().saveSearch('anna', { name: `n${count}`, filter })).toBe(true);
      }
      expect(await store().saveSearch('anna', { name: 'one more', filter })).toBe(false);
      expect(await store().saveSearch('anna', { name: 'n7', filter: {} })).toBe(true);
      expect(await store().savedSearches('bert')).toEqual([]);
      expect(await store().removeSearch('bert', 'n7')).toBe(false);
      expect(await store().removeSearch('anna', 'n7')).toBe(true);
      expect(await store().savedSearches('anna')).toHaveLength(99);
    });
  });
}
