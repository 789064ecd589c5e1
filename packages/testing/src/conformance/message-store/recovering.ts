import { describe, expect, test } from 'vitest';
import {
  done,
  failed,
  fromService,
  fromProcess,
  claimer,
  statusReader,
  type Subject,
} from './example-messages.ts';

/** Retries, and what a crash leaves. Part of `testMessageStore`. */
export function testRecovering(store: Subject): void {
  const claimed = claimer(store);
  const statusOf = statusReader(store);

  describe('retries and recovery', () => {
    test('a failed attempt is counted and its reason kept until the message has ended well', async () => {
      const { id, sessionId } = await store().send(fromService);
      const { claim } = await claimed('Process');
      const due = new Date(Date.now() + 5_000).toISOString();
      await store().retrying(claim, failed, due);
      await store().retrying(claim, { ...failed, text: 'again' }, due);
      const header = (await store().message(id))?.header;
      expect(header).toMatchObject({
        status: 'Delivered',
        attempts: 2,
        nextAttemptAt: due,
        isError: false,
        errorStatus: { text: 'again' },
      });
      expect(await store().troubles(sessionId)).toEqual([{ ...failed, text: 'again' }]);
      await store().finish(claim, { status: 'Completed', body: done });
      expect(await store().troubles(sessionId)).toEqual([]);
      expect((await store().message(id))?.header).not.toHaveProperty('errorStatus');
      expect((await store().message(id))?.header).not.toHaveProperty('nextAttemptAt');
    });

    test('troubles are those of the session, newest first', async () => {
      const { sessionId } = await store().send(fromService);
      const parent = await claimed('Process');
      await store().send(fromProcess(parent, 0));
      const operation = await claimed('Operation');
      const full = { code: 'DISK_FULL', text: 'no space', origin: { host: 'Disk', code: 'X' } };
      await store().retrying(parent.claim, failed, new Date().toISOString());
      await store().retrying(operation.claim, full, new Date().toISOString());
      expect(await store().troubles(sessionId)).toEqual([full, failed]);
      expect(await store().troubles(sessionId + 1)).toEqual([]);
    });

    test('troubles of what a session waits behind are its own too, along the whole way', async () => {
      await store().send(fromService);
      const first = await claimed('Process');
      await store().send(fromProcess(first, 0));
      const operation = await claimed('Operation');
      const behind = await store().send({ ...fromService, target: 'Other' });
      const other = await claimed('Other');
      await store().send(fromProcess(other, 0, { source: 'Other', target: 'Process' }));
      const last = await store().send({ ...fromService, target: 'Other' });
      const elsewhere = await store().send({ ...fromService, target: 'Elsewhere' });
      await store().retrying(operation.claim, failed, new Date().toISOString());
      expect(await store().troubles(behind.sessionId)).toEqual([failed]);
      expect(await store().troubles(last.sessionId)).toEqual([failed]);
      expect(await store().troubles(elsewhere.sessionId)).toEqual([]);
      const slow = { ...failed, text: 'slow' };
      await store().retrying(other.claim, slow, new Date().toISOString());
      expect(await store().troubles(behind.sessionId)).toEqual([slow, failed]);
      await store().finish(operation.claim, { status: 'Completed', body: done });
      expect(await store().troubles(last.sessionId)).toEqual([slow]);
    });

    test('a message that is given back is the next to be claimed', async () => {
      const first = await store().send(fromService);
      await store().send(fromService);
      const { claim } = await claimed('Process');
      await store().requeue(claim);
      const header = (await store().message(first.id))?.header;
      expect(header?.status).toBe('Queued');
      expect(header).not.toHaveProperty('timeDelivered');
      expect((await claimed('Process')).header.id).toBe(first.id);
    });

    test('recovery gives back what dead owners held in the queues named, and nothing else', async () => {
      for (let n = 0; n < 3; n++) await store().send(fromService);
      await store().send({ ...fromService, target: 'Elsewhere' });
      const dead = await store().claim('Process', 3, 'dead');
      const alive = await store().claim('Process', 3, 'alive');
      const elsewhere = await store().claim('Elsewhere', 1, 'dead');
      expect(await store().recover(['Process'], ['alive'])).toBe(1);
      expect(await statusOf(dead?.header.id ?? 0)).toBe('Queued');
      expect(await statusOf(alive?.header.id ?? 0)).toBe('Delivered');
      expect(await statusOf(elsewhere?.header.id ?? 0)).toBe('Delivered');
      expect((await claimed('Process', 3)).header.id).toBe(dead?.header.id);
      expect(await store().recover([], [])).toBe(0);
    });

    test('pending lists what is Queued in the order it will be claimed, page by page', async () => {
      const sent: number[] = [];
      for (const priority of ['Async', 'Sync', 'Async', 'Sync', 'HighSync'] as const) {
        sent.push((await store().send({ ...fromService, priority })).id);
      }
      const order = [sent[4], sent[1], sent[3], sent[0], sent[2]];
      const pages: number[] = [];
      for (let after = 0, more = true; more;) {
        const page = await store().pending('Process', after, 2);
        pages.push(...page.map(({ id }) => id));
        after = page.at(-1)?.id ?? 0;
        more = page.length > 0;
      }
      expect(pages).toEqual(order);
      expect((await store().pending('Process', 0, 1))[0]).toEqual({
        id: sent[4],
        sessionId: sent[4],
        bodyType: 'dicom.document',
        fence: 0,
      });
      const { claim } = await claimed('Process');
      expect((await store().pending('Process', sent[4] ?? 0, 10)).map(({ id }) => id)).toEqual(
        order.slice(1),
      );
      await store().requeue(claim);
      expect((await store().pending('Process', 0, 1))[0]).toMatchObject({ id: sent[4], fence: 1 });
    });

    test('depth counts what is Queued', async () => {
      expect(await store().depth('Process')).toBe(0);
      await store().send(fromService);
      await store().send(fromService);
      await claimed('Process');
      expect(await store().depth('Process')).toBe(1);
    });
  });
}
