import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  expectTrace,
  makeImage,
  startTestProduction,
  stopTests,
  traceLines,
} from '@consort/testing';
import { dataSetDigest } from '@consort/dicom/part10';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { root } from '../house/root.ts';

const service = 'EnsLib.DICOM.Service.TCP';
const process = 'Demo.DICOM.Process.StorageLocal';
const file = 'Demo.DICOM.Operation.File';
const stored = [
  `${service} -> ${process} request Completed`,
  `${process} -> ${file} request Completed`,
  `${file} -> ${process} response Completed`,
  `${process} -> ${service} response Completed`,
];

let images: string;

beforeAll(async () => {
  images = await mkdtemp(join(tmpdir(), 'consort-images-'));
});
afterEach(stopTests);
afterAll(() => rm(images, { recursive: true }));

describeWith(['redis'], 'startTestProduction', () => {
  it('runs a production on free ports and folders of its own, sends it images, and shows their traces', async () => {
    const production = await startTestProduction(root('productions/pacs-to-file/production.yaml'), {
      folders: 'temporary',
    });
    const one = await makeImage(join(images, 'one.dcm'));
    const other = await makeImage(join(images, 'other.dcm'));

    expect(production.port(service)).not.toBe(2010);
    const sent = await production.send([one, other, join(images, 'none.dcm')]);
    expect(sent.map(({ isSent, status }) => [isSent, status])).toEqual([
      [true, '0000'],
      [true, '0000'],
      [false, undefined],
    ]);
    const stranger = production.send([one], { to: service, from: 'STRANGER' });
    await expect(stranger).rejects.toThrow('calling-AE-title-not-recognized');

    const sessions = await production.sessions();
    expect(sessions).toHaveLength(2);
    for (const session of sessions) expectTrace(await production.completed(session), stored);
    const folder = production.folder(file);
    const digests = (await readdir(folder)).map((name) => dataSetDigest(join(folder, name)));
    expect((await Promise.all(digests)).toSorted()).toEqual(
      (await Promise.all([one, other].map((image) => dataSetDigest(image)))).toSorted(),
    );

    // A message by hand, though the file does not allow them.
    const answered = await production.sendMessage(process, one);
    expect(answered).toMatchObject({ outcome: 'answered', body: { type: 'dicom.document' } });
    const failed = await production.sendMessage(process, { type: 'no.image' });
    expect(failed).toMatchObject({ outcome: 'failed' });
    const messages = await production.completed();
    expect(() => expectTrace(messages, stored)).toThrow(
      new RegExp(
        `- ${service} -> ${process} request Completed\n[^]*\\+ _TestingService -> ${process} request Error REQUEST_FAILED`,
      ),
    );
    expect(traceLines(messages)).toContain(
      `_TestingService -> ${process} request Error REQUEST_FAILED`,
    );
    expect(() => production.peer(file)).toThrow(`${file} has no peer of the test's`);
    expect(() => production.port('None')).toThrow('there is no host "None"');
    expect(await production.messages.queues()).toBeDefined();
  });

  it('puts a peer in the place of the one a DICOM operation sends to, which answers as it is told', async () => {
    const operation = 'EnsLib.DICOM.Operation.TCP';
    await using production = await startTestProduction(
      root('productions/file-to-pacs/production.yaml'),
      {
        folders: 'temporary',
        peers: { [operation]: ['refuse', 'abort', { status: 0x0000 }] },
        settings: { 'EnsLib.DICOM.Service.File': { fileAccessTimeout: '50ms' } },
      },
    );
    const image = await makeImage(join(images, 'put.dcm'));
    await copyFile(image, join(production.folder('EnsLib.DICOM.Service.File'), 'put.dcm'));
    const peer = production.peer(operation);
    await expect.poll(() => peer.received.at(-1)?.answered, { timeout: 100_000 }).toBe('0000');

    const messages = await production.completed(1);
    expectTrace(messages, [
      'EnsLib.DICOM.Service.File -> Demo.DICOM.Process.StoreInPacs request Completed',
      `Demo.DICOM.Process.StoreInPacs -> ${operation} request Completed`,
      `${operation} -> Demo.DICOM.Process.StoreInPacs response Completed`,
      'Demo.DICOM.Process.StoreInPacs -> EnsLib.DICOM.Service.File response Completed',
    ]);
    expect(peer.refused).toBe(1);
    expect(peer.received.map(({ answered }) => answered)).toEqual(['abort', '0000']);
    const digest = await dataSetDigest(image);
    expect(peer.received).toContainEqual(
      expect.objectContaining({ digest, callingAeTitle: 'IRIS', calledAeTitle: 'ORTHANC' }),
    );
    expect(await dataSetDigest(peer.received[1]?.file ?? '')).toBe(digest);
  });
});
