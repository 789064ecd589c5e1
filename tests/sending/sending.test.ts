import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataSetDigest, readPart10 } from '@consort/dicom/part10';
import {
  freePort,
  pydicomFiles,
  sampleStudy,
  sendFiles,
  startOrthanc,
  startRecordingRelay,
  startStorescp,
} from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { startSending } from './sending-production.ts';

describeWith(['redis', 'dcmtk', 'pydicom'], 'dicom.tcp-operation in a production', () => {
  it('gives the PACS the answer of the peer, which has the image; the record has its receipt', async () => {
    await using peer = await startStorescp();
    await using sending = await startSending(peer.port);
    const { production, door } = sending;
    const [image = ''] = sampleStudy();
    const digest = await dataSetDigest(image);
    expect(await sendFiles(door, [image])).toMatchObject([{ status: 0 }]);
    expect((await peer.received()).map((file) => file.digest)).toEqual([digest]);
    await production.idle();
    const host = (await production.messages.hosts()).find(({ name }) => name === 'PACS');
    expect(host?.detail).toBe(`sends to PEER at 127.0.0.1:${peer.port} as CONSORT`);

    const [first] = await production.messages.messages({ host: 'Door', limit: 1 });
    const legs = await production.messages.legs(first!.sessionId);
    expect(legs.map(({ header }) => header.status)).toEqual(Array(4).fill('Completed'));
    expect(legs[0]?.header.answered?.status).toBe('0000');
    expect(legs.flatMap(({ receipts }) => receipts)).toMatchObject([
      { peer: `PEER@127.0.0.1:${peer.port}`, status: '0000', digest },
    ]);
  });

  it('sends every kind of image as it came, byte for byte', { timeout: 300_000 }, async () => {
    await using peer = await startStorescp();
    await using relay = await startRecordingRelay(peer.port);
    await using sending = await startSending(relay.port);
    const results = await sendFiles(sending.door, pydicomFiles());
    const sent = results.filter(({ status }) => status === 0).map(({ file }) => file);
    expect(sent.length).toBeGreaterThan(60);
    const received = (await peer.received()).map(({ digest }) => digest);
    expect(received.toSorted()).toEqual(relay.objects.map(({ digest }) => digest).toSorted());
    expect(received).toHaveLength(sent.length);
    for (const file of sent) {
      expect(received, file).toContain(await wireDigest(file));
    }
  });

  it('sends several at a time', async () => {
    await using peer = await startStorescp(['--fork']);
    await using sending = await startSending(peer.port, { POOL_SIZE: '4' });
    const study = sampleStudy();
    const results = await Promise.all([1, 2, 3, 4].map(() => sendFiles(sending.door, study)));
    expect(new Set(results.flat().map(({ status }) => status))).toEqual(new Set([0]));
    const digests = await Promise.all(study.map((file) => dataSetDigest(file)));
    const received = (await peer.received()).map(({ digest }) => digest);
    expect(received.toSorted()).toEqual([1, 2, 3, 4].flatMap(() => digests).toSorted());
  });

  it('sends what has waited, in order, when the peer is back', async () => {
    const port = await freePort();
    await using relay = await startRecordingRelay(port);
    await using sending = await startSending(relay.port, { ACKNOWLEDGE: 'stored', RETRY: '-1' });
    const { production, door } = sending;
    const study = sampleStudy();
    expect((await sendFiles(door, study)).map(({ status }) => status)).toEqual(study.map(() => 0));
    while (!production.events.some(({ text }) => text.includes('PACS will try'))) await sleep(20);
    expect(relay.objects).toEqual([]);
    await using peer = await startStorescp([], { port });
    await production.idle();
    const digests = await Promise.all(study.map((file) => dataSetDigest(file)));
    expect(relay.objects.map(({ digest }) => digest)).toEqual(digests);
    expect(await peer.received()).toHaveLength(study.length);
  });

  // Refused it is tried for a time; what breaks an association is given up by itself, however long it is tried.
  const faults: readonly (readonly [switches: readonly string[], code: string, retry: string])[] = [
    [['--refuse'], 'ASSOCIATION_REJECTED', '1s'],
    [['--abort-during'], 'IMAGE_BREAKS_ASSOCIATION', '-1'],
    [['--abort-after'], 'IMAGE_BREAKS_ASSOCIATION', '-1'],
    [['--fork', '--sleep-during', '1'], 'IMAGE_BREAKS_ASSOCIATION', '-1'],
  ];
  it.each(faults)('calls nothing sent that %j did not take', async (switches, code, retry) => {
    await using peer = await startStorescp(switches);
    await using sending = await startSending(peer.port, {
      RESPONSE_TIMEOUT: '250ms',
      RETRY: retry,
    });
    const { production, door } = sending;
    const [image = ''] = sampleStudy();
    expect(await sendFiles(door, [image])).toMatchObject([{ status: 0x0110 }]);
    await production.idle();
    const sent = await production.messages.messages({ host: 'PACS', limit: 10 });
    expect(sent.find(({ type }) => type === 'Request')).toMatchObject({
      status: 'Error',
      errorStatus: { code },
    });
    const [first] = await production.messages.messages({ host: 'Door', limit: 1 });
    const legs = await production.messages.legs(first!.sessionId);
    expect(legs.flatMap(({ receipts }) => receipts)).toEqual([]);
    // The tries are warnings; the end is one error of the operation.
    const errors = production.events.filter((event) => event.type === 'Error');
    expect(errors.filter(({ host }) => host === 'PACS').map((event) => event.code)).toEqual([code]);
  });
});

// Orthanc takes images from anybody, and questions from those it knows.
const knowing = { consort: { aeTitle: 'CONSORT', port: 1 } };

describeWith(['redis', 'orthanc', 'pydicom'], 'dicom.tcp-operation with Orthanc', () => {
  it('sends a study that Orthanc then has', async () => {
    await using orthanc = await startOrthanc();
    await using relay = await startRecordingRelay(orthanc.dicomPort);
    await using sending = await startSending(relay.port, { PEER_AET: 'ORTHANC' });
    const study = sampleStudy();
    const results = await sendFiles(sending.door, study);
    expect(results.map(({ status }) => status)).toEqual(study.map(() => 0));
    const digests = await Promise.all(study.map((file) => dataSetDigest(file)));
    expect(relay.objects.map(({ digest }) => digest)).toEqual(digests);
    const instances = await (await fetch(`${orthanc.url}/instances`)).json();
    expect(instances).toHaveLength(study.length);
  });

  it('believes with confirm: find only what Orthanc has', async () => {
    await using orthanc = await startOrthanc(knowing);
    const settings = { PEER_AET: 'ORTHANC', CONFIRM: 'find' };
    await using sending = await startSending(orthanc.dicomPort, settings);
    const study = sampleStudy();
    const results = await sendFiles(sending.door, study);
    expect(results.map(({ status }) => status)).toEqual(study.map(() => 0));
    expect(await (await fetch(`${orthanc.url}/instances`)).json()).toHaveLength(study.length);
  });

  it('calls nothing sent that it may not ask for', async () => {
    await using orthanc = await startOrthanc();
    const settings = { PEER_AET: 'ORTHANC', CONFIRM: 'find', RETRY: '1s' };
    await using sending = await startSending(orthanc.dicomPort, settings);
    const [image = ''] = sampleStudy();
    expect(await sendFiles(sending.door, [image])).toMatchObject([{ status: 0x0110 }]);
    const errors = sending.production.events.filter(({ type }) => type === 'Error');
    expect(errors.find(({ host }) => host === 'PACS')?.code).toBe('CONFIRMATION_FAILED');
  });

  it('believes with confirm: find no Success of an Orthanc that throws away what comes', async () => {
    const lua = 'function ReceivedInstanceFilter(dicom, origin, info) return false end';
    await using orthanc = await startOrthanc(knowing, { lua });
    await using relay = await startRecordingRelay(orthanc.dicomPort);
    const settings = { PEER_AET: 'ORTHANC', CONFIRM: 'find', RETRY: '-1' };
    await using sending = await startSending(relay.port, settings);
    const [image = ''] = sampleStudy();
    expect(await sendFiles(sending.door, [image])).toMatchObject([{ status: 0x0110 }]);
    // It has the image sent again and again, says Success each time, and is not believed.
    while (relay.objects.filter(({ status }) => status !== undefined).length < 3) await sleep(20);
    expect(relay.objects.slice(0, 3).map(({ status }) => status)).toEqual([0, 0, 0]);
    const codes = sending.production.events.map(({ code }) => code);
    expect(codes).toContain('NOT_CONFIRMED');
    const sent = await sending.production.messages.messages({ host: 'PACS', limit: 10 });
    expect(sent.map(({ status }) => status)).toEqual(['Delivered']);
  });
});

/** SHA-256 of a file's data set as it is to be sent: an even number of bytes (PS3.5 section A.5). */
async function wireDigest(path: string): Promise<string> {
  const file = await readFile(path);
  const read = async (position: number, length: number) =>
    file.subarray(position, position + length);
  const { dataSetPosition, meta } = await readPart10({ size: file.length, read });
  const dataSet = file.subarray(dataSetPosition);
  const isOdd = meta.transferSyntaxUid === '1.2.840.10008.1.2.1.99' && dataSet.length % 2 === 1;
  return createHash('sha256')
    .update(dataSet)
    .update(Buffer.alloc(isOdd ? 1 : 0))
    .digest('hex');
}
