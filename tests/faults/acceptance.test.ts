import { openMessageReader } from '@consort/store';
import { expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { crashPoints, type CrashPoint } from './crash-points.ts';
import type { LedgerRow } from './ledger.ts';
import { isWhole, randomOf, seeds, type Random } from './seeds.ts';
import { makeSite, type Site } from './site.ts';

describeWith(['redis', 'pydicom'], 'a production that is killed', () => {
  it.each(seeds())(
    'F1: at any step of taking an image in has its message or not, as the step says, and loses none (seed %i)',
    { timeout: 300_000 },
    async (seed) => {
      const random = randomOf(seed);
      const site = await makeSite(120, {
        service: { acknowledge: random.pick(['stored', 'completed']) },
      });
      for (const point of pointsOf(seed, random)) await crashAt(site, point, 1 + random.below(3));

      expect(await site.reconcile()).toEqual([]);
      await site.remove();
    },
  );
});

/** Three seeds in a row have all of them; a short run a few. */
function pointsOf(seed: number, random: Random): readonly CrashPoint[] {
  const third = random.shuffle(crashPoints.filter((_, index) => index % 3 === seed % 3));
  return isWhole ? third : third.slice(0, 3);
}

/** Sends images one after the other until the crash, then compares its image's messages with the step. */
async function crashAt(site: Site, { name, messages }: CrashPoint, nth: number): Promise<void> {
  const production = await site.startToCrash(name, nth);
  await site.arm();
  const state = () => Promise.race([production.ended, Promise.resolve('runs')]);
  const sent: LedgerRow[] = [];
  while ((await state()) === 'runs' && sent.length < 6) {
    sent.push(await site.ledger.send(site.peer, site.images(1)[0] ?? ''));
    if (sent.at(-1)?.outcome !== 'taken') break;
  }
  expect(await production.ended, `${name}:${nth}`).toBe('SIGKILL');
  const last = sent.at(-1);
  if (messages === undefined || last?.outcome !== 'unknown') return;
  const recorded = await messagesOf(site.data, last.digest);
  // Where Success comes first, the crash may have hit the work on an image from before.
  const most = name.startsWith('file.') ? [0, 1] : [messages];
  expect(most, `${name}:${nth} left ${recorded} messages`).toContain(recorded);
}

async function messagesOf(data: string, digest: string): Promise<number> {
  const reader = await openMessageReader(data);
  const headers = await reader.messages({ limit: 500 });
  const firsts = headers.filter(({ id, sessionId }) => id === sessionId);
  const bodies = await Promise.all(firsts.map(({ id }) => reader.message(id)));
  await reader.close();
  return bodies.filter((message) => message?.body?.document?.digest === digest).length;
}
