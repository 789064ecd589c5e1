import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openMessageReader } from '@consort/store';
import { expect } from 'vitest';
import { idle, proveEachIsStored } from '../durability/proof.ts';
import { mountSmallDisk } from '../durability/small-disk.ts';
import { startTransfer } from '../durability/transfer.ts';
import { folder, port, production, start, until, verb } from '../operated.ts';

/** A small disk, and what is sent to a production that has it. */
export interface SmallDiskLoad {
  /** The part of the data directory that is on it; '' for all of it. */
  readonly part: string;
  readonly megabytes: number;
  /** More than the disk holds, each with other bytes. */
  readonly images: readonly string[];
}

/**
 * Sends images to a production which together are more than its disk holds: none is refused. Of two messages
 * with the same bytes the first is purged meanwhile, and the second, which was suspended, is resubmitted and delivered.
 */
export async function proveNothingIsRefused(load: SmallDiskLoad): Promise<void> {
  const [twice = '', ...images] = load.images;
  const peer = { port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' };
  const [data, received, away] = ['data', 'received', 'away'].map((name) => join(folder, name));
  if (load.part !== '') await mkdir(data!);
  await using disk = await mountSmallDisk(join(data!, load.part), load.megabytes);
  await production({
    own: 'retention: { minFreeSpace: 30%, refuseBelow: 5% }',
    operation: "replyCodeActions: 'E=S', ",
  });
  await using running = await start();
  const reader = await openMessageReader(data!);

  expect(await startTransfer(peer, [twice], 1).done).toEqual([twice]);
  await idle(reader);
  await rename(received!, away!);
  expect(await startTransfer(peer, [twice], 1).done).toEqual([twice]);
  const suspended = () => reader.messages({ status: 'Suspended' });
  await until(async () => (await suspended()).length === 1);
  await rename(away!, received!);
  for (const name of await readdir(received!)) await rm(join(received!, name));
  const [{ id, sessionId } = { id: 0, sessionId: 0 }] = await suspended();
  expect(sessionId).toBeGreaterThan(1);

  const transfer = startTransfer(peer, images, 4);
  const told = await transfer.done;
  expect(transfer.sent.filter(({ status }) => status !== 0)).toEqual([]);
  expect(told).toHaveLength(images.length);
  expect(running.output()).toContain('completed sessions are purged early');
  await idle(reader);
  await proveEachIsStored(told, received!);

  expect(await reader.session(1)).toEqual([]);
  expect((await verb('resubmit', String(id))).code).toBe(0);
  await until(async () => (await suspended()).length === 0);
  await idle(reader);
  expect((await reader.message(id))?.header.status).toBe('Completed');
  await proveEachIsStored([twice], received!);
  await reader.close();
  expect(await running.stop()).toBe(0);
  await disk.unmount();
}
