import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openMessageReader } from '@consort/store';
import { startRecordingRelay } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { startFaultProxy, type FaultProxy, type Harm } from './fault-proxy.ts';
import { outcomeOf } from './ledger.ts';
import { whatIsWrong } from './reconcile.ts';
import { isWhole, randomOf, seeds, type Random } from './seeds.ts';
import { makeSite, openFiles, until, type Site } from './site.ts';

const cuts = isWhole ? 16 : 5;
const patience = { timeout: 20_000 };
const ways = ['close', 'halfClose', 'reset'] as const;

describeWith(['redis', 'pydicom'], 'a connection that breaks', () => {
  it.each(seeds())(
    'F30: while an image is received leaves no message, no temporary file and no descriptor (seed %i)',
    async (seed) => {
      const random = randomOf(seed);
      const site = await makeSite(cuts + 2);
      await using production = await site.start();
      await using proxy = await startFaultProxy(site.peer.port);
      const { toServer } = await measured(site, proxy);
      const descriptors = await openFiles(production.pid);
      const end = dataSetEnd(toServer.pduEnds);

      for (const image of site.images(cuts)) {
        // Around the ends of PDUs, and anywhere; always before the data set is whole.
        const place = random.pick(toServer.pduEnds) + random.below(14) - 7;
        const cutAfter = random.below(3) === 0 ? random.below(end) : Math.max(0, place);
        const how = random.pick(ways);
        proxy.plan = { toServer: { cutAfter: Math.min(cutAfter, end - 1), how } };
        const row = await site.ledger.send(through(site, proxy), image);
        expect(row, JSON.stringify(proxy.plan)).toMatchObject({ outcome: 'unknown' });
      }
      await proxy.quiet();
      await expect.poll(() => drafts(site), patience).toEqual([]);
      await expect.poll(() => openFiles(production.pid), patience).toBeLessThanOrEqual(descriptors);
      expect(await sessions(site)).toBe(1);

      expect(await production.stop()).toBe(0);
      expect(await site.reconcile()).toEqual([]);
      await site.remove();
    },
  );

  it.each(seeds())(
    'F31: before the answer has come through leaves one message for each time the image was sent (seed %i)',
    async (seed) => {
      const random = randomOf(seed);
      const site = await makeSite(cuts + 2, {
        service: { acknowledge: random.pick(['stored', 'completed']) },
      });
      await using production = await site.start();
      await using proxy = await startFaultProxy(site.peer.port);
      const { toClient } = await measured(site, proxy);
      const descriptors = await openFiles(production.pid);
      const [accepted = 0, answered = 0] = toClient.pduEnds;

      for (const image of site.images(cuts)) {
        // From the first byte of the answer to the last but one.
        const cutAfter = accepted + 1 + random.below(answered - accepted - 1);
        proxy.plan = { toClient: { cutAfter, how: random.pick(['close', 'reset']) } };
        const lost = await site.ledger.send(through(site, proxy), image);
        expect(lost, JSON.stringify(proxy.plan)).toMatchObject({ outcome: 'unknown' });
        proxy.plan = {};
        const again = await site.ledger.send(through(site, proxy), image);
        expect(again).toMatchObject({ outcome: 'taken' });
      }
      await proxy.quiet();
      await site.idle();
      // The data set had gone through before anything could be cut, so both are messages.
      expect(await sessions(site)).toBe(1 + 2 * cuts);
      await expect.poll(() => openFiles(production.pid), patience).toBeLessThanOrEqual(descriptors);

      expect(await production.stop()).toBe(0);
      expect(await site.reconcile()).toEqual([]);
      await site.remove();
    },
  );

  it.each(seeds())(
    'F32: by half, by force, in pieces or late costs nothing but its own image (seed %i)',
    async (seed) => {
      const random = randomOf(seed);
      const site = await makeSite(cuts + 2);
      await using production = await site.start();
      await using proxy = await startFaultProxy(site.peer.port);
      const { toServer } = await measured(site, proxy);
      const descriptors = await openFiles(production.pid);

      const sending = [];
      for (const image of site.images(cuts)) {
        const before = proxy.connections.length;
        proxy.plan = { toServer: harmOf(random, toServer.bytes), toClient: { pieces: 7 } };
        // All are under way together; each has the plan of the moment in which it connects.
        sending.push(site.ledger.send(through(site, proxy), image));
        await until(() => proxy.connections.length > before);
      }
      const rows = await Promise.all(sending);
      expect(rows.every(({ outcome }) => outcome !== 'refused')).toBe(true);
      await proxy.quiet();
      proxy.plan = {};
      const after = await site.ledger.send(through(site, proxy), site.images(1)[0] ?? '');
      expect(after).toMatchObject({ outcome: 'taken' });
      await site.idle();
      await expect.poll(() => drafts(site), patience).toEqual([]);
      await expect.poll(() => openFiles(production.pid), patience).toBeLessThanOrEqual(descriptors);

      expect(await production.stop()).toBe(0);
      expect(await site.reconcile()).toEqual([]);
      await site.remove();
    },
  );

  it.each(seeds())(
    'a bit that turned over on the way is refused, ends the association, or is kept as it arrived (seed %i)',
    async (seed) => {
      const random = randomOf(seed);
      const site = await makeSite(cuts + 2);
      await using production = await site.start();
      // What the production hears is recorded behind the harm.
      await using relay = await startRecordingRelay(site.peer.port);
      await using proxy = await startFaultProxy(relay.port);
      const { toServer } = await measured(site, proxy);

      for (const image of site.images(cuts)) {
        const flipAt = random.below(dataSetEnd(toServer.pduEnds));
        // A length that is turned over makes the receiver wait for bytes that nobody sends: here it hears the end.
        const cutAfter = dataSetEnd(toServer.pduEnds);
        proxy.plan = { toServer: { flipAt, cutAfter, how: 'halfClose' } };
        await site.ledger.send(through(site, proxy), image);
      }
      await proxy.quiet();
      expect(await production.stop()).toBe(0);
      // What came last may have been taken in as it stopped: that goes on now.
      await using again = await site.start();
      await site.idle();
      expect(await again.stop()).toBe(0);

      const rows = relay.objects.map(({ digest, status }, number) => {
        return { number, file: '', digest, outcome: outcomeOf(status) };
      });
      const { data, received } = site;
      expect(await whatIsWrong({ data, received, rows })).toEqual([]);
      await site.remove();
    },
  );
});

/** What one whole association with one image looks like. */
async function measured(site: Site, proxy: FaultProxy) {
  proxy.plan = {};
  const row = await site.ledger.send(through(site, proxy), site.images(1)[0] ?? '');
  expect(row).toMatchObject({ outcome: 'taken' });
  await proxy.quiet();
  await site.idle();
  const connection = proxy.connections.at(-1);
  if (!connection) throw new Error('nothing went through the proxy');
  return connection;
}

/** The last PDU but one ends the data set; the last asks for the release. */
function dataSetEnd(pduEnds: readonly number[]): number {
  return pduEnds.at(-2) ?? 0;
}

const through = (site: Site, proxy: FaultProxy) => ({ ...site.peer, port: proxy.port });

const drafts = (site: Site) => readdir(join(site.data, 'documents', 'tmp'));

function harmOf(random: Random, bytes: number): Harm {
  const cutAfter = random.below(bytes);
  return random.pick<Harm>([
    ...ways.map((how) => ({ cutAfter, how })),
    { pieces: 1 + random.below(200) },
    { pieces: 4_000, delay: 1 + random.below(20) },
  ]);
}

async function sessions(site: Site): Promise<number> {
  const reader = await openMessageReader(site.data);
  const headers = await reader.messages({ limit: 500 });
  await reader.close();
  return headers.filter(({ id, sessionId }) => id === sessionId).length;
}
