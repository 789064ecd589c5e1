import { describe, expect, test } from 'vitest';
import {
  claimer,
  documentA,
  done,
  failed,
  fromProcess,
  fromService,
  statusReader,
  type Subject,
} from './example-messages.ts';

const everything = { completedBefore: '9999', failedBefore: '9999', after: 0, isDryRun: false };

/** What leaves the record, and what an operator does to messages. */
export function testOperating(store: Subject): void {
  const claim = claimer(store);
  const statusOf = statusReader(store);

  /** A session of one request and its response. */
  async function finished(how: 'Completed' | 'Error'): Promise<number> {
    const { id } = await store().send(fromService);
    const { claim: held } = await claim('Process', 99);
    await store().finish(
      held,
      how === 'Completed' ? { status: how, body: done } : { status: how, error: failed },
    );
    const response = await claim('Service', 99);
    await store().finish(response.claim, { status: 'Completed' });
    return id;
  }

  describe('operators and purges', () => {
    test('purges a finished session whole, and names its document as one that nothing refers to', async () => {
      const id = await finished('Completed');
      expect(await store().purge(everything)).toMatchObject({ sessions: 1, messages: 2 });
      expect(await store().session(id)).toEqual([]);
      expect(await store().unreferencedDocuments(9)).toEqual([documentA.digest]);
      expect(await store().forgetDocument(documentA.digest)).toBe(true);
      expect(await store().unreferencedDocuments(9)).toEqual([]);
    });

    test('counts what would go, and touches nothing, when it is only to look', async () => {
      const id = await finished('Completed');
      expect(await store().purge({ ...everything, isDryRun: true })).toMatchObject({ sessions: 1 });
      expect(await store().session(id)).toHaveLength(2);
    });

    test('keeps a session as long as one of its messages is not finished', async () => {
      await store().send(fromService);
      const parent = await claim('Process');
      await store().send(fromProcess(parent, 0));
      await store().finish(parent.claim, { status: 'Completed', body: done });
      expect(await store().purge(everything)).toMatchObject({ sessions: 0 });
    });

    test('keeps failures by their own age', async () => {
      await finished('Error');
      const bounds = { ...everything, failedBefore: '' };
      expect(await store().purge(bounds)).toMatchObject({ sessions: 0 });
      expect(await store().purge(everything)).toMatchObject({ sessions: 1 });
    });

    test('keeps a document that another session refers to, and takes it back from the list when it comes again', async () => {
      await finished('Completed');
      await store().send(fromService);
      await store().purge(everything);
      expect(await store().unreferencedDocuments(9)).toEqual([]);

      const held = await claim('Process');
      await store().finish(held.claim, { status: 'Completed', body: done });
      const response = await claim('Service');
      await store().finish(response.claim, { status: 'Completed' });
      await store().purge(everything);
      expect(await store().unreferencedDocuments(9)).toEqual([documentA.digest]);
      await store().send(fromService);
      expect(await store().forgetDocument(documentA.digest)).toBe(false);
    });

    test('goes through many sessions in batches', async () => {
      for (let n = 0; n < 120; n += 1) await finished('Completed');
      const first = await store().purge(everything);
      expect(first).toMatchObject({ sessions: 100, after: expect.any(Number) });
      const second = await store().purge({ ...everything, after: first.after ?? 0 });
      expect(second).toEqual({ sessions: 20, messages: 40 });
    });

    test('suspends a request, tells its sender, and takes it up again after a resubmit', async () => {
      const { id } = await store().send(fromService);
      const held = await claim('Process');
      const response = await store().finish(held.claim, { status: 'Suspended', error: failed });
      expect(response?.errorStatus?.code).toBe('REQUEST_FAILED');
      expect(await statusOf(id)).toBe('Suspended');
      expect(await store().claim('Process', 1, 'worker')).toBeUndefined();

      await store().resubmit(id);
      const again = await claim('Process');
      expect(again.header).toMatchObject({ id, attempts: 0, isError: false });
      expect(
        await store().finish(again.claim, { status: 'Completed', body: done }),
      ).toBeUndefined();
      const late = (await store().session(id)).at(-1);
      expect(late?.header).toMatchObject({ type: 'Response', status: 'Discarded' });
    });

    test('sends a request again with a new header in the same session, at the head if asked', async () => {
      const id = await finished('Completed');
      await store().send(fromService);
      const again = await store().resend(id, { isHead: true });
      expect(again).toMatchObject({
        sessionId: id,
        resent: 'r',
        messageBodyClassName: 'dicom.document',
      });
      expect((await claim('Process')).header.id).toBe(again.id);
      await expect(store().resend(999, {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    test('aborts a message somebody works on: the worker loses it, the sender is told', async () => {
      const { id } = await store().send(fromService);
      const held = await claim('Process');
      const response = await store().abort(id, 'aborted by test');
      expect(response?.errorStatus?.code).toBe('ABORTED');
      await expect(
        store().finish(held.claim, { status: 'Completed', body: done }),
      ).rejects.toMatchObject({ code: 'CLAIM_LOST' });
      expect(await statusOf(id)).toBe('Aborted');
      await expect(store().abort(id, 'again')).rejects.toMatchObject({ code: 'STATUS_ILLEGAL' });
    });

    test('gives nothing to a disabled host, and all of it once it is enabled', async () => {
      await store().send(fromService);
      await store().disableHost({ name: 'Process', since: '2026-01-01T00:00:00.000Z', by: 'test' });
      expect(await store().claim('Process', 1, 'worker')).toBeUndefined();
      expect(await store().disabledHosts()).toMatchObject([{ name: 'Process', by: 'test' }]);
      expect(await store().enableHost('Process')).toBe(true);
      expect(await store().enableHost('Process')).toBe(false);
      expect(await claim('Process')).toBeDefined();
    });
  });
}
