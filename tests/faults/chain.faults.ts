import { readFile, writeFile } from 'node:fs/promises';
import { openMessageReader } from '@consort/store';
import { expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { isWhole, seeds } from './seeds.ts';
import { makeSite, type Site } from './site.ts';

const steps = 12;

describeWith(['redis', 'pydicom'], 'a chain of hosts that wait for each other', () => {
  it.each(seeds())(
    'F48: killed at each transaction finishes each of its steps once (part %i)',
    async (seed) => {
      const site = await makeSite(steps * 8);
      await lengthen(site);
      // Three parts are all transactions of an image, each before and after its commit.
      for (let nth = 1 + (seed % 3); nth <= (isWhole ? steps : 4); nth += 3) {
        for (const point of ['record.written', 'record.committed']) {
          const production = await site.startToCrash(point, nth);
          await site.arm();
          for (const image of site.images(4)) {
            if ((await site.ledger.send(site.peer, image)).outcome !== 'taken') break;
          }
          expect(await production.ended, `${point}:${nth}`).toBe('SIGKILL');
        }
      }

      expect(await site.reconcile()).toEqual([]);
      expect(await finishedTwice(site)).toEqual([]);
      await site.remove();
    },
  );
});

/** Puts one more process between the service and the rest: it sends on, waits, and answers in its turn. */
async function lengthen({ file }: Site): Promise<void> {
  const text = await readFile(file, 'utf8');
  const first = '  First: { component: ./storage.ts, settings: { fileOperation: Storage } }\n';
  await writeFile(
    file,
    text
      .replace('target: Storage', 'target: First')
      .replace('processes:\n', `processes:\n${first}`),
  );
}

/** Sessions in which a host has completed more than one request. */
async function finishedTwice({ data }: Site): Promise<readonly string[]> {
  const reader = await openMessageReader(data);
  const counts = new Map<string, number>();
  for (let before: number | undefined; ;) {
    const page = await reader.messages({ limit: 500, ...(before ? { before } : {}) });
    for (const { type, status, sessionId, targetConfigName } of page) {
      if (type !== 'Request' || status !== 'Completed') continue;
      const step = `session ${sessionId}, ${targetConfigName}`;
      counts.set(step, (counts.get(step) ?? 0) + 1);
    }
    before = page.at(-1)?.id;
    if (before === undefined) break;
  }
  await reader.close();
  return [...counts].filter(([, count]) => count !== 1).map(([step]) => step);
}
