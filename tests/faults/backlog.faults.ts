import { openMessageReader, openMessageStore } from '@consort/store';
import type { MessageHeader } from '@consort/core';
import { receivedFiles } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { makeSite } from './site.ts';

const backlog = 10_000;

describeWith(['redis', 'pydicom'], 'a start', () => {
  it(
    'F49: with 10 000 messages queued runs, and finishes them in their order',
    { timeout: 1_800_000 },
    async () => {
      const site = await makeSite(1, {
        operation: { fileName: "'{SOPInstanceUID}.dcm'" },
      });
      const first = await site.start();
      await site.ledger.sendAll(site.peer, site.images(1));
      expect(await first.stop()).toBe(0);
      // What its process sent to the operation, ten thousand times.
      const reader = await openMessageReader(site.data);
      const { body } = (await reader.message(
        (await reader.messages({ host: 'File' })).at(-1)!.id,
      ))!;
      const store = await openMessageStore(site.data);
      for (let n = 0; n < backlog; n += 500) {
        await Promise.all(
          Array.from({ length: 500 }, () =>
            store.send({
              source: 'Storage',
              sourceType: 'BusinessProcess',
              target: 'File',
              targetType: 'BusinessOperation',
              body: body!,
              priority: 'Async',
              responseRequired: false,
            }),
          ),
        );
      }
      await store.close();

      await using production = await site.start();
      await site.idle();
      const ends: MessageHeader[] = [];
      for (let before: number | undefined; ;) {
        const page = await reader.messages({
          host: 'File',
          limit: 500,
          ...(before ? { before } : {}),
        });
        ends.push(...page.filter(({ id, sessionId }) => id === sessionId));
        before = page.at(-1)?.id;
        if (before === undefined) break;
      }
      const sent = ends
        .filter(({ sourceConfigName }) => sourceConfigName === 'Storage')
        .toReversed();
      expect(sent).toHaveLength(backlog);
      expect(new Set(sent.map(({ status }) => status))).toEqual(new Set(['Completed']));
      const times = sent.map(({ timeProcessed }) => timeProcessed ?? '');
      expect(times).toEqual(times.toSorted());
      // One object: the same file each time.
      expect(await receivedFiles(site.received)).toHaveLength(1);
      await reader.close();
      expect(await production.stop()).toBe(0);
      await site.remove();
    },
  );
});
