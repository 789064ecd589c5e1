import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { readFile } from 'node:fs/promises';
import { dataSetDigest, readPart10 } from '@consort/dicom/part10';
import { sampleStudy, sendFiles, startRecordingRelay, startStorescp } from '@consort/testing';
import { expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { startSending } from './sending-production.ts';

describeWith(['redis', 'dcmtk', 'pydicom'], 'an image on which the peer crashes', () => {
  it('is given up after three tries of its own; the others arrive in order, and one error tells of it', async () => {
    const study = [...sampleStudy()];
    const [deadly = ''] = study.splice(2, 1);
    await using peer = await startStorescp();
    await using relay = await startRecordingRelay(peer.port);
    await using crashing = await startCrashing(relay.port, await sopInstanceUid(deadly));
    const settings = { ACKNOWLEDGE: 'stored', RETRY: '-1' };
    await using sending = await startSending(crashing.port, settings);
    const { production, door } = sending;
    await sendFiles(door, study.toSpliced(2, 0, deadly));
    await production.idle();

    const digests = await Promise.all(study.map((file) => dataSetDigest(file)));
    expect(relay.objects.map(({ digest }) => digest)).toEqual(digests);
    expect(await peer.received()).toHaveLength(study.length);
    const requests = (await production.messages.messages({ host: 'PACS', limit: 50 }))
      .filter(({ type }) => type === 'Request')
      .toSorted((one, other) => one.id - other.id);
    expect(requests.map(({ status }) => status)).toEqual(
      [...study].fill('Completed').toSpliced(2, 0, 'Error'),
    );
    expect(requests[2]?.errorStatus).toMatchObject({
      code: 'IMAGE_BREAKS_ASSOCIATION',
      text: expect.stringContaining('3 associations of its own: 3 ended in the middle') as unknown,
    });
    const told = production.events.filter(({ host, code }) => {
      return host === 'PACS' && code !== 'ASSOCIATION_ABORTED';
    });
    expect(told.map(({ type, code }) => [type, code])).toEqual([
      ['Error', 'IMAGE_BREAKS_ASSOCIATION'],
    ]);
  });
});

/** A relay that breaks every connection in which an instance is named: a peer that crashes on that image. */
async function startCrashing(targetPort: number, uid: string) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const target = connect(targetPort, '127.0.0.1');
    let last = '';
    socket.on('data', (bytes) => {
      const text = last + bytes.toString('latin1');
      if (text.includes(uid)) socket.resetAndDestroy();
      else target.write(bytes);
      last = text.slice(-uid.length);
    });
    target.pipe(socket);
    for (const [one, other] of [
      [socket, target],
      [target, socket],
    ] as const) {
      sockets.add(one);
      one.setNoDelay(true);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function sopInstanceUid(path: string): Promise<string> {
  const file = await readFile(path);
  const read = async (position: number, length: number) =>
    file.subarray(position, position + length);
  const { meta } = await readPart10({ size: file.length, read });
  return meta.sopInstanceUid ?? '';
}
