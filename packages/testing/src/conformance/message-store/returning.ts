import { describe, expect, test } from 'vitest';
import type { WhenReturned } from '@consort/core';
import {
  arrival,
  claimer,
  documentA,
  done,
  fromProcess,
  fromService,
  image,
  type Subject,
} from './example-messages.ts';

const otherContent = { ...documentA, digest: 'c'.repeat(64), size: 1236 };

/** Images that come back from a peer to which they have been delivered. Part of `testMessageStore`. */
export function testReturning(store: Subject): void {
  const claimed = claimer(store);

  describe('images that come back', () => {
    test('an image from a peer that has been given it is told, and discarded where that is wanted', async () => {
      await store().send(fromService);
      const working = await claimed('Process');
      const { id } = await store().send(fromProcess(working, 0));
      const writing = await claimed('Operation');
      const digest = documentA.digest;
      await store().delivered(id, { peer: 'B@host:104', status: '0000', digest, size: 9 });
      await store().finish(writing.claim, { status: 'Completed', body: done });
      const send = (callingAeTitle: string, whenReturned?: WhenReturned, body = image) =>
        store().send({
          ...fromService,
          body,
          arrival: { ...arrival, callingAeTitle },
          ...(whenReturned ? { whenReturned } : {}),
        });
      expect(await send('ORTHANC', 'discard')).not.toHaveProperty('returned');
      expect(await send('B')).not.toHaveProperty('returned');
      expect(await send('B@host', 'discard')).not.toHaveProperty('returned');
      expect(await send('B', 'discard', { ...image, document: otherContent })).not.toHaveProperty(
        'returned',
      );
      const before = await store().depth('Process');
      const returned = { messageId: id, peer: 'B@host:104' };
      expect(await send('B', 'accept')).toMatchObject({ returned });
      expect(await store().depth('Process')).toBe(before + 1);
      const sent = await send('B', 'discard');
      expect(sent).toMatchObject({ isNew: true, returned });
      expect(await store().depth('Process')).toBe(before + 1);
      expect((await store().message(sent.id))?.header).toMatchObject({
        status: 'Discarded',
        targetBusinessType: 'Unknown',
        note: `returned by B@host:104, to which message ${id} had delivered it`,
      });
      // Nothing of it is still to happen, and nothing has failed.
      const [newest] = await store().images({ limit: 1 });
      expect(newest).toMatchObject({ messageId: sent.id, state: 'completed', document: documentA });
    });
  });
}
