import { startRecordingRelay, startStorescp } from '@consort/testing/consort';
import { expect } from 'vitest';
import { startFaultProxy } from './fault-proxy.ts';
import { makeForwardingSite } from './forwarding-site.ts';
import { isWhole, type Random } from './seeds.ts';

const count = isWhole ? 24 : 8;

/**
 * Has a production send images on through peers that do harm, never more than two in a row, and one that does not;
 * fails when one is lost, changed or out of order.
 * @returns how often harm was done, why the operation tried again, and how many data sets came again
 */
export async function throughHarm(random: Random, bad: readonly number[]) {
  await using good = await startStorescp();
  let harms = 0;
  let inARow = 0;
  await using switchboard = await startFaultProxy(() => {
    inARow = inARow < 2 && random.below(3) > 0 ? inARow + 1 : 0;
    if (inARow === 0) return good.port;
    return bad[harms++ % bad.length] ?? good.port;
  });
  await using relay = await startRecordingRelay(switchboard.port);
  const expected = () => ({ objects: relay.objects, mostTwice: harms });
  const site = await makeForwardingSite(count, relay.port, expected, {
    IMAGES_PER_ASSOCIATION: '2',
  });
  await using production = await site.start();
  const rows = await site.ledger.sendAll(site.peer, site.images(count));
  expect(rows.every(({ outcome }) => outcome === 'taken')).toBe(true);
  await site.idle();
  expect(await production.stop()).toBe(0);
  expect(harms).toBeGreaterThan(1);

  expect(await site.look()).toEqual([]);
  const reasons = await site.reasons();
  const digests = relay.objects.map(({ digest }) => digest);
  await site.remove();
  return { harms, reasons, twice: digests.length - new Set(digests).size };
}
