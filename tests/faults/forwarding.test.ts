import { startRecordingRelay, startStorescp } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { watchDoor } from '../../packages/dicom/src/gate/door.fixture.ts';
import { describeWith } from '../house/peers.ts';
import { peerAnswered } from './crash-points.ts';
import { makeForwardingSite, type ForwardingSite } from './forwarding-site.ts';
import { isWhole, randomOf, seeds } from './seeds.ts';
import { throughHarm } from './through-harm.ts';

const kills = isWhole ? 8 : 2;

describeWith(['redis', 'dcmtk', 'pydicom'], 'a production that sends images on', () => {
  it.each(seeds())(
    'F14: killed between the answer of its peer and its record sends that image again, and no other, in order (seed %i)',
    { timeout: 600_000 },
    async (seed) => {
      const random = randomOf(seed);
      await using peer = await startStorescp();
      await using relay = await startRecordingRelay(peer.port);
      const expected = () => ({ objects: relay.objects, mostTwice: kills });
      const site = await makeForwardingSite(kills * 4, relay.port, expected);
      let answered = 0;
      for (let kill = 0; kill < kills; kill++) {
        // The others hit the transactions around it, among them that of the receipt and of the end.
        const isAnswered = kill % 3 < 2;
        answered += isAnswered ? 1 : 0;
        const point = isAnswered
          ? peerAnswered
          : random.pick(['record.written', 'record.committed']);
        await sendUntilKilled(site, point, isAnswered ? 1 + random.below(3) : 1 + random.below(10));
      }

      expect(await site.reconcile()).toEqual([]);
      const digests = relay.objects.map(({ digest }) => digest);
      const twice = digests.length - new Set(digests).size;
      expect(twice).toBeGreaterThanOrEqual(answered);
      await site.remove();
    },
  );

  it.each(seeds())(
    'F34: whose peer aborts during an image or after it sends the image again, and keeps the order (seed %i)',
    { timeout: 600_000 },
    async (seed) => {
      await using during = await startStorescp(['--abort-during']);
      await using after = await startStorescp(['--abort-after']);
      const { reasons, twice, harms } = await throughHarm(randomOf(seed), [
        during.port,
        after.port,
      ]);
      expect(twice).toBeLessThanOrEqual(harms);
      expect(reasons).toEqual(['ASSOCIATION_ABORTED']);
    },
  );

  it('F35: does with each answer of its peer what the answer asks for', async () => {
    const statuses = [0xa700, 0xa700, 0, 0xa900, 0xc000, 0xb000, 0x0110, 0, 0xff01, 0];
    const left = [...statuses];
    await using peer = await watchDoor({ end: async () => ({ status: left.shift() ?? 0 }) });
    const site = await makeForwardingSite(
      7,
      peer.port,
      () => ({
        objects: peer.stored.map((digest) => ({ digest })),
        mostTwice: 3,
        codes: ['PEER_REFUSED'],
      }),
      { LOCAL_AET: 'PARROT', PEER_AET: 'CONSORT' },
    );
    await using production = await site.start();
    await site.ledger.sendAll(site.peer, site.images(7));
    await site.idle();
    expect(await production.stop()).toBe(0);

    const sent = await site.sent();
    expect(sent.map(({ header }) => header.status)).toEqual([
      'Completed',
      'Error',
      'Error',
      'Completed',
      'Completed',
      'Error',
      'Completed',
    ]);
    // The last answer to each is its receipt, a refusal too.
    expect(sent.flatMap(({ receipts }) => receipts.map(({ status }) => status))).toEqual([
      '0000',
      'A900',
      'C000',
      'B000',
      '0000',
      'FF01',
      '0000',
    ]);
    expect((await site.reasons()).toSorted()).toEqual(['PEER_REFUSED', 'STORED_WITH_WARNING']);
    expect(peer.stored).toHaveLength(statuses.length);
    expect(await site.look()).toEqual([]);
    await site.remove();
  });
});

/** Sends images until the crash. */
async function sendUntilKilled(site: ForwardingSite, point: string, nth: number): Promise<void> {
  await using production = await site.startToCrash(point, nth);
  await site.arm();
  const state = () => Promise.race([production.ended, Promise.resolve('runs')]);
  for (const image of site.images(4)) {
    if ((await state()) !== 'runs') break;
    await site.ledger.send(site.peer, image);
  }
  expect(await production.ended, `${point}:${nth}`).toBe('SIGKILL');
}
