import { latencyBounds, type HostMeasurements } from '@consort/core';
import { describe, expect, test } from 'vitest';
import {
  claimer,
  documentA,
  done,
  failed,
  fromProcess,
  fromService,
  type Subject,
} from './example-messages.ts';

/** What the record counts for monitoring, and how its legs are followed. Part of `testMessageStore`. */
export function testMeasuring(store: Subject): void {
  const claimed = claimer(store);

  async function measured(host: string): Promise<HostMeasurements | undefined> {
    return (await store().measurements()).hosts.find((one) => one.host === host);
  }

  describe('what is counted for monitoring', () => {
    test('nothing is, before anything has happened', async () => {
      expect(await store().measurements()).toEqual({ hosts: [] });
    });

    test('every end counts once, by its status, with what it waited and worked', async () => {
      for (let sent = 0; sent < 3; sent += 1) await store().send(fromService);
      const first = await claimed('Process');
      await store().retrying(first.claim, failed, new Date().toISOString());
      await store().finish(first.claim, { status: 'Completed', body: done });
      const second = await claimed('Process');
      await store().finish(second.claim, { status: 'Error', error: failed });
      const found = await measured('Process');
      expect(found).toMatchObject({
        ended: { Completed: 1, Error: 1, Suspended: 0, Discarded: 0, Aborted: 0 },
        retried: 1,
        wait: { count: 2 },
        run: { count: 2 },
      });
      for (const { atMost, count, sum } of [found!.wait, found!.run]) {
        expect(atMost).toHaveLength(latencyBounds.length);
        // Nothing in a test lasts for the longest of them.
        expect(atMost.at(-1)).toBe(count);
        expect(atMost).toEqual(atMost.toSorted((one, other) => one - other));
        expect(sum).toBeGreaterThanOrEqual(0);
      }
    });

    test('a finish that is refused has counted nothing', async () => {
      await store().send(fromService);
      const { claim } = await claimed('Process');
      const late = { ...claim, fence: claim.fence - 1 };
      await expect(store().finish(late, { status: 'Completed' })).rejects.toThrow();
      expect(await measured('Process')).toBeUndefined();
      await store().finish(claim, { status: 'Completed' });
      expect((await measured('Process'))?.ended.Completed).toBe(1);
    });

    test('what is Suspended, until it is sent on, given up or purged', async () => {
      for (let sent = 0; sent < 3; sent += 1) {
        await store().send(fromService);
        const { claim } = await claimed('Process');
        await store().finish(claim, { status: 'Suspended', error: failed });
      }
      expect(await measured('Process')).toMatchObject({ suspended: 3, ended: { Suspended: 3 } });
      await store().resubmit(1);
      expect((await measured('Process'))?.suspended).toBe(2);
    });

    test('the bytes that a service took in and those that an operation has brought out', async () => {
      await store().send(fromService);
      const process = await claimed('Process');
      const { id } = await store().send(fromProcess(process, 0));
      const { digest, size } = documentA;
      for (const status of ['A700', '0000', '0000'])
        await store().delivered(id, { peer: 'PACS', status, digest, size });
      expect(await measured('Service')).toMatchObject({ bytesReceived: size, bytesSent: 0 });
      // Said twice in the same words, it has happened once.
      expect(await measured('Operation')).toMatchObject({ bytesReceived: 0, bytesSent: 2 * size });
    });
  });

  describe('the legs that have ended', () => {
    test('come once each, as they end, with their parent', async () => {
      await store().send(fromService);
      const start = await store().tracedLegs({ limit: 10, open: [] });
      expect(start).toEqual({ ended: [], open: [], gone: [], last: 1 });
      const all = await store().tracedLegs({ after: 0, limit: 10, open: [] });
      expect(all).toEqual({ ended: [], open: [1], gone: [], last: 1 });

      const process = await claimed('Process');
      const { id } = await store().send(fromProcess(process, 0));
      const operation = await claimed('Operation');
      await store().finish(operation.claim, { status: 'Error', error: failed });
      const { ended, open, last } = await store().tracedLegs({ after: 1, limit: 10, open: [1] });
      expect(ended).toMatchObject([
        {
          id,
          sessionId: 1,
          parentId: 1,
          type: 'Request',
          status: 'Error',
          isError: true,
          errorCode: failed.code,
          sourceConfigName: 'Process',
          targetConfigName: 'Operation',
        },
      ]);
      expect(JSON.stringify(ended)).not.toContain(failed.text);
      expect(ended[0]).toHaveProperty('timeProcessed');
      // Its response waits for whoever sent the request.
      expect(open).toEqual([last]);

      await store().finish(process.claim, { status: 'Completed', body: done });
      const later = await store().tracedLegs({ after: last, limit: 10, open: [1, last] });
      expect(later.ended.map((leg) => leg.id)).toEqual([1]);
      expect(later.open).toEqual([last + 1]);
    });

    test('are looked through a part at a time, and those that are no more are named', async () => {
      for (let sent = 0; sent < 3; sent += 1) await store().send(fromService);
      const part = await store().tracedLegs({ after: 0, limit: 2, open: [999] });
      expect(part).toEqual({ ended: [], open: [1, 2], gone: [999], last: 2 });
    });
  });
}
