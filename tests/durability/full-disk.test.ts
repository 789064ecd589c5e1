import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  freePort,
  receivedFiles,
  sendFiles,
  startTestProduction,
  type Peer,
} from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { proveAllIsFinished, proveEachIsStored, proveOneFileEach } from './proof.ts';
import { describeOnSmallDisks, mountSmallDisk } from './small-disk.ts';
import { ctImages, startTransfer } from './transfer.ts';
import { hosts, writeProduction } from './write-production.ts';

/** PS3.4 section B.2.3: refused, out of resources. */
const outOfResources = 0xa700;

describeOnSmallDisks(['redis', 'pydicom'], 'a full disk', () => {
  it('where the files go is A700 whatever onFailure says, and Success once there is room', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-full-'));
    const received = join(folder, 'received');
    const [first = '', second = ''] = await ctImages(2, folder);
    const [aborting, answering] = await twoPeers();
    const file = await writeProduction(folder, aborting.port, {
      service: { onFailure: 'abort' },
      second: { port: String(answering.port), onFailure: '{ status: 272, comment: later }' },
      retry: '{ interval: 100ms, timeout: 300ms }',
    });
    await using disk = await mountSmallDisk(received, 1);
    await using production = await startTestProduction(file);
    const { messages } = production;

    await disk.fill();
    expect(await status(aborting, first)).toBe(outOfResources);
    expect(await status(answering, second)).toBe(outOfResources);
    await expect.poll(() => told(messages), { timeout: 20_000 }).toEqual(['A700', 'A700']);
    expect(await readdir(received)).toEqual(['.filler']);
    await disk.clear();
    expect(await status(aborting, first)).toBe(0);
    expect(await status(answering, second)).toBe(0);
    await production.idle();

    await proveEachIsStored([first, second], received);
    await proveOneFileEach(messages, hosts.operation, received);
    await proveAllIsFinished(messages, production.dataDirectory);
    await production.stop();
    await disk.unmount();
    await rm(folder, { recursive: true });
  });

  it('that is still being retried when the peer has waited long enough is A700 too, and one file in the end', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-full-'));
    const received = join(folder, 'received');
    const [image = ''] = await ctImages(1, folder);
    const [aborting] = await twoPeers();
    const file = await writeProduction(folder, aborting.port, {
      service: { onFailure: 'abort', responseTimeout: '1s' },
      operation: { fileName: "'{SOPInstanceUID}.dcm'" },
      retry: '{ interval: 100ms, timeout: -1 }',
    });
    await using disk = await mountSmallDisk(received, 1);
    await using production = await startTestProduction(file);

    await disk.fill();
    expect(await status(aborting, image)).toBe(outOfResources);
    await disk.clear();
    await production.idle();
    expect(await status(aborting, image)).toBe(0);
    await production.idle();

    expect(await receivedFiles(received)).toHaveLength(1);
    await proveEachIsStored([image], received);
    const late = () => production.messages.messages({ status: 'Discarded' });
    await expect
      .poll(late, { timeout: 20_000 })
      .toMatchObject([{ type: 'Response', note: 'answered A700 after 1 s' }]);
    await production.stop();
    await disk.unmount();
    await rm(folder, { recursive: true });
  });

  it('where the documents are is A700, and nothing is recorded', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-full-'));
    const data = await mkdtemp(join(tmpdir(), 'consort-full-data-'));
    const [image = ''] = await ctImages(1, folder);
    const [aborting, answering] = await twoPeers();
    const file = await writeProduction(folder, aborting.port, {
      service: { onFailure: 'abort' },
      second: { port: String(answering.port), acknowledge: 'stored' },
    });
    await using disk = await mountSmallDisk(join(data, 'documents'), 1);
    await using production = await startTestProduction(file, { data });

    await disk.fill();
    expect(await status(aborting, image)).toBe(outOfResources);
    expect(await status(answering, image)).toBe(outOfResources);
    expect(await production.messages.messages()).toEqual([]);
    await disk.clear();
    expect(await status(aborting, image)).toBe(0);
    await production.idle();

    await proveEachIsStored([image], join(folder, 'received'));
    await proveOneFileEach(production.messages, hosts.operation, join(folder, 'received'));
    await proveAllIsFinished(production.messages, data);
    await production.stop();
    await disk.unmount();
    for (const path of [folder, data]) await rm(path, { recursive: true });
  });

  it('where record and Redis are is A700, and what was under way goes on by itself once there is room', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-full-'));
    const [data, received] = [join(folder, 'data'), join(folder, 'received')];
    const images = await ctImages(40, folder);
    const [aborting, answering] = await twoPeers();
    const file = await writeProduction(folder, aborting.port, {
      service: { onFailure: 'abort' },
      second: { port: String(answering.port), acknowledge: 'stored' },
      operation: { fileName: "'{Modality}/{SOPInstanceUID}.dcm'" },
    });
    await using disk = await mountSmallDisk(data, 16);
    await using documents = await mountSmallDisk(join(data, 'documents'), 16);
    await mkdir(received);
    await writeFile(join(received, 'CT'), ''); // In the way of the operation's folder.
    await using production = await startTestProduction(file, { data });
    const { messages, events } = production;
    const retried = () =>
      events.filter(({ host, type }) => host === hosts.operation && type === 'Warning');

    // The disk fills up while the operation tries again and again, and it succeeds before there is room.
    expect(await status(answering, images[0])).toBe(0);
    expect(await status(answering, images[1])).toBe(0);
    await expect.poll(retried, { timeout: 20_000 }).not.toEqual([]);
    await disk.fill();
    expect(await status(aborting, images[2])).toBe(outOfResources);
    await rm(join(received, 'CT'));
    await expect.poll(() => receivedFiles(received), { timeout: 20_000 }).not.toEqual([]);
    await disk.clear();
    await production.idle();

    // It fills up and is cleared again and again in the middle of a transfer.
    const transfer = startTransfer(answering, images.slice(2), 4);
    for (const count of [4, 8, 12, 16, 20]) {
      await transfer.toldSuccess(count);
      await disk.fill();
      await sleep(50);
      await disk.clear();
    }
    const taken = await transfer.done;
    await production.idle();

    await proveEachIsStored([...images.slice(0, 2), ...taken], received);
    await proveOneFileEach(messages, hosts.operation, received);
    await proveAllIsFinished(messages, data);
    await production.stop();
    await documents.unmount();
    await disk.unmount();
    await rm(folder, { recursive: true });
  });
});

async function twoPeers(): Promise<readonly [Peer, Peer]> {
  const names = { calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' };
  return [
    { port: await freePort(), ...names },
    { port: await freePort(), ...names },
  ];
}

async function status(peer: Peer, image = ''): Promise<number | Error | undefined> {
  const [sent] = await sendFiles(peer, [image]);
  return sent?.status ?? sent?.error;
}

/** What the peers of all images were told, oldest first. */
async function told(reader: Parameters<typeof proveAllIsFinished>[0]) {
  const all = await reader.messages({ limit: 500 });
  return all.flatMap(({ answered }) => answered?.status ?? []).toReversed();
}
