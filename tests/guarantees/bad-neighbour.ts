import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { openMessageReader } from '@consort/store';
import { expect } from 'vitest';
import { allMessages, proveEachIsStored } from '../durability/proof.ts';
import { ctImages, startTransfer } from '../durability/transfer.ts';
import { twoTargets } from './two-targets.ts';

/** What an operator sees and does while one of two targets is dead and so many images come; all of it is asserted. */
export async function proveBadNeighbour(count: number): Promise<void> {
  const { production, peer } = await twoTargets(['Live', 'Dead']);
  await using _production = production;
  const { folder, verb } = production;
  const [live, dead, away] = ['live', 'dead', 'away'].map((name) => join(folder, name));
  const images = await ctImages(count, folder);
  await using first = await production.start();
  await rename(dead!, away!);
  const reader = await openMessageReader(production.data);
  const arrived = (directory: string) =>
    expect
      .poll(async () => (await finished(directory)).length, { timeout: 60_000 + 100 * count })
      .toBe(count);

  expect(await startTransfer(peer, images, 4).done).toHaveLength(count);
  await arrived(live!);

  const status = (await verb('status')).output;
  expect(status).toMatch(/^Live +Running +0 +0 /m);
  expect(status).toMatch(new RegExp(`^Dead +Running +${count - 1} +1 +1 `, 'm'));
  expect(status).toMatch(/^Dead: last error .*DIRECTORY_MISSING/m);
  const why = (await verb('why', '1')).output;
  expect(why).toMatch(/Live delivered it to a file/);
  expect(why).toMatch(/Dead failed \d+ times since .*DIRECTORY_MISSING/);
  expect((await verb('disable', 'Dead', '--reason', 'PACS2 is down')).code).toBe(0);
  expect((await verb('why', '1')).output).toMatch(
    /waits for Dead since .*: the host is disabled since .*PACS2 is down/,
  );
  await first.kill();

  await using second = await production.start();
  expect((await verb('status')).output).toMatch(
    new RegExp(`^Dead +Disabled +${count} +0 +0 `, 'm'),
  );
  await rename(away!, dead!);
  expect((await verb('enable', 'Dead')).code).toBe(0);
  await arrived(dead!);
  await expect.poll(async () => (await queueOf(reader)).queued, { timeout: 20_000 }).toBe(0);
  expect(await second.stop()).toBe(0);

  await proveEachIsStored(images, live!);
  await proveEachIsStored(images, dead!);
  // One after the other, as they came: each was begun when the one before it had ended.
  const done = (await allMessages(reader, 'Dead'))
    .filter(({ type }) => type === 'Request')
    .toReversed();
  expect(done).toHaveLength(count);
  const hours = done.flatMap(({ timeDelivered, timeProcessed }) => [timeDelivered, timeProcessed]);
  expect(hours).toEqual(hours.toSorted());
  await reader.close();
}

/** The files of a folder that have their name. */
async function finished(directory: string): Promise<readonly string[]> {
  return (await readdir(directory)).filter((name) => !name.startsWith('.'));
}

async function queueOf(reader: Awaited<ReturnType<typeof openMessageReader>>) {
  const queue = (await reader.queues()).find(({ host }) => host === 'Dead');
  return { queued: (queue?.queued ?? 0) + (queue?.delivered ?? 0) };
}
