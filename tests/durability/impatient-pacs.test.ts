import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageReader } from '@consort/core';
import {
  freePort,
  receivedFiles,
  startOrthanc,
  startRecordingRelay,
  startTestProduction,
  type RecordedObject,
} from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { allMessages, proveAllIsFinished } from './proof.ts';
import { describeOnSmallDisks, mountSmallDisk } from './small-disk.ts';
import { ctImages } from './transfer.ts';
import { hosts, writeProduction } from './write-production.ts';

const patience = 30_000;

describeOnSmallDisks(['redis', 'orthanc', 'pydicom'], 'an impatient PACS', () => {
  it('has every image in one file, and the truth about each, though the disk was full for 30 s', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-impatient-'));
    const received = join(folder, 'received');
    const images = await ctImages(50, folder);
    const port = await freePort();
    const file = await writeProduction(folder, port, {
      operation: { fileName: "'{SOPInstanceUID}.dcm'", ifExists: 'sameIsDone' },
      retry: '{ interval: 1s, timeout: -1 }',
    });
    await using disk = await mountSmallDisk(received, 8);
    await using production = await startTestProduction(file);
    await using relay = await startRecordingRelay(port);
    await using orthanc = await startOrthanc({ iris: { aeTitle: 'IRIS', port: relay.port } });
    const instances: string[] = [];
    for (const image of images) instances.push(await orthanc.upload(await readFile(image)));

    const begin = Date.now();
    await disk.fill();
    const job = await orthanc.store('iris', instances);
    expect(job.State).toBe('Failure');
    while (Date.now() - begin < patience) {
      expect((await orthanc.resubmit(job.ID)).State).toBe('Failure');
    }
    // Also the attempts that only wait behind the first one are told what is wrong: the disk.
    expect(new Set(relay.objects.map(({ status }) => status))).toEqual(new Set([0xa700]));
    await disk.clear();
    expect((await orthanc.resubmit(job.ID)).State).toBe('Success');
    await production.idle();

    const files = (await receivedFiles(received)).map(({ digest }) => digest);
    const onTheWire = new Set(relay.objects.map(({ digest }) => digest));
    expect(onTheWire.size).toBe(images.length);
    expect(files.toSorted()).toEqual([...onTheWire].toSorted());
    await proveTruth(production.messages, relay.objects);
    await proveAllIsFinished(production.messages, production.dataDirectory);
    await production.stop();
    await disk.unmount();
    await rm(folder, { recursive: true });
  });
});

/**
 * What the record says that the PACS was told of an image is what went over the wire, each time it was sent;
 * and no answer's leg is Completed where it was not told Success.
 */
async function proveTruth(
  reader: MessageReader,
  objects: readonly RecordedObject[],
): Promise<void> {
  const heard = objects.map(({ digest, status }) => `${digest} ${hex(status)}`);
  // Noted once the answer is on its way, so the last one may still be missing.
  await expect.poll(() => said(reader), { timeout: 20_000 }).toEqual(heard.toSorted());
  for (const { sessionId, type } of await allMessages(reader, hosts.service)) {
    if (type !== 'Request') continue;
    const [request, ...others] = await reader.session(sessionId);
    const wasSuccess = request?.header.answered?.status === '0000';
    const legs = others.filter(({ header }) => header.targetConfigName === hosts.service);
    expect(legs.map(({ header }) => header.status)).toEqual([
      wasSuccess ? 'Completed' : 'Discarded',
    ]);
  }
}

/** What the record says, an entry for each time an image came. */
async function said(reader: MessageReader): Promise<readonly string[]> {
  const requests = (await allMessages(reader, hosts.service)).filter(
    ({ type }) => type === 'Request',
  );
  const entries = requests.map(async ({ id, answered }) => {
    const message = await reader.message(id);
    return `${message?.body?.document?.digest} ${answered?.status}`;
  });
  return (await Promise.all(entries)).toSorted();
}

function hex(status: number | undefined): string {
  return status?.toString(16).toUpperCase().padStart(4, '0') ?? 'none';
}
