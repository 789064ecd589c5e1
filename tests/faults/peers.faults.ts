import { pydicomFiles, sendFiles, startStorescp } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { watchDoor } from '../../packages/dicom/src/gate/door.fixture.ts';
import { describeWith } from '../house/peers.ts';
import { makeForwardingSite } from './forwarding-site.ts';
import { randomOf, seeds } from './seeds.ts';
import { throughHarm } from './through-harm.ts';

describeWith(['redis', 'dcmtk', 'pydicom'], 'a peer that does not take everything', () => {
  it.each(seeds())(
    'F33: that refuses, for now or for good, is tried again, and the order is kept (seed %i)',
    { timeout: 600_000 },
    async (seed) => {
      // All of its places are taken: rejected-transient (PS3.8 table 9-21).
      await using full = await watchDoor({ maxAssociations: 0 });
      await using refusing = await startStorescp(['--refuse']);
      const { reasons, twice } = await throughHarm(randomOf(seed), [full.port, refusing.port]);
      expect(twice).toBe(0);
      expect(reasons).toEqual(['ASSOCIATION_REJECTED']);
    },
  );

  it('F37: that takes one transfer syntax gets what is in it, and of each other image it is said why not', async () => {
    await using peer = await startStorescp([], { transferSyntaxes: '+xi' });
    const expected = () => ({ objects: [], mostTwice: 0 });
    const site = await makeForwardingSite(0, peer.port, expected);
    const files = pydicomFiles().filter((path) =>
      /(MR|CT)_small|JPEG2000\.dcm|rtplan\.dcm/.test(path),
    );
    await using production = await site.start();
    const answers = await sendFiles(site.peer, files);
    await site.idle();
    expect(await production.stop()).toBe(0);

    const taken = answers.filter(({ status }) => status === 0).map(({ file }) => file);
    const sent = await site.sent();
    expect(sent).toHaveLength(taken.length);
    const implicit = sent.filter(({ header }) => header.status === 'Completed');
    const others = sent.filter(({ header }) => header.status === 'Error');
    expect(Math.min(implicit.length, others.length)).toBeGreaterThan(0);
    expect(implicit.length + others.length).toBe(sent.length);
    for (const { header } of others) {
      expect(header.errorStatus?.code).toBe('CONTEXT_NOT_ACCEPTED');
    }
    const received = (await peer.received()).map(({ digest }) => digest).toSorted();
    expect(received).toEqual(implicit.map(({ digest }) => digest).toSorted());
    await site.remove();
  });
});
