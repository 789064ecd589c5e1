import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageHeader } from '@consort/core';
import { dataSetDigest, readPart10 } from '@consort/dicom/part10';
import {
  sampleStudy,
  sendFiles,
  startRecordingRelay,
  startStorescp,
  type TestProduction,
} from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { startSending } from './sending-production.ts';

describeWith(['redis', 'dcmtk', 'pydicom'], 'an image on which the peer crashes', () => {
  it('is given up after three tries of its own; the others arrive in order, and one error and one alert tell of it', async () => {
    const study = [...sampleStudy()];
    const [deadly = ''] = study.splice(2, 1);
    await using peer = await startStorescp();
    await using relay = await startRecordingRelay(peer.port);
    await using crashing = await startCrashing(relay.port, {
      [await sopInstanceUid(deadly)]: 'crash',
    });
    const settings = { ACKNOWLEDGE: 'stored', RETRY: '-1' };
    await using sending = await startSending(crashing.port, settings);
    const { production, door } = sending;
    await sendFiles(door, study.toSpliced(2, 0, deadly));
    await production.idle();

    const digests = await Promise.all(study.map((file) => dataSetDigest(file)));
    expect(relay.objects.map(({ digest }) => digest)).toEqual(digests);
    expect(await peer.received()).toHaveLength(study.length);
    const requests = await requestsOf(production);
    expect(requests.map(({ status }) => status)).toEqual(
      [...study].fill('Completed').toSpliced(2, 0, 'Error'),
    );
    expect(requests[2]?.errorStatus).toMatchObject({
      code: 'IMAGE_BREAKS_ASSOCIATION',
      text: expect.stringContaining('3 associations of its own: 3 ended in the middle') as unknown,
    });
    const alert = await onlyAlertOf(production);
    expect(alert).toBe(`PACS fails: IMAGE_BREAKS_ASSOCIATION on message ${requests[2]?.id}`);
    const told = production.events.filter(({ host, code }) => {
      return host === 'PACS' && code !== 'ASSOCIATION_ABORTED';
    });
    expect(told.map(({ type, code }) => [type, code])).toEqual([
      ['Error', 'IMAGE_BREAKS_ASSOCIATION'],
      ['Alert', 'ALERT_STARTED'],
    ]);
  });

  it('is Suspended where replyCodeActions say so, as is one on which it falls silent, with what was tried; one alert tells of both', async () => {
    const study = [...sampleStudy()];
    const [first = '', second = ''] = [study[1], study[3]];
    await using peer = await startStorescp();
    await using relay = await startRecordingRelay(peer.port);
    await using crashing = await startCrashing(relay.port, {
      [await sopInstanceUid(first)]: 'silence',
      [await sopInstanceUid(second)]: 'crash',
    });
    await using sending = await startSending(crashing.port, {
      ACKNOWLEDGE: 'stored',
      RETRY: '-1',
      RESPONSE_TIMEOUT: '2s',
      REPLY_CODES: 'E#IMAGE_BREAKS_ASSOCIATION=S,E=F',
    });
    const { production, door } = sending;
    await sendFiles(door, study);
    await production.idle();

    const requests = await requestsOf(production);
    const suspended = requests.filter(({ status }) => status === 'Suspended');
    expect(suspended.map(({ id }) => requests.findIndex((one) => one.id === id))).toEqual([1, 3]);
    const texts = suspended.map(({ errorStatus }) => errorStatus?.text ?? '');
    expect(texts[0]).toContain('0 ended in the middle of it, 3 went without an answer');
    expect(texts[1]).toContain('3 ended in the middle of it, 0 went without an answer');
    expect(requests.filter(({ status }) => status === 'Completed')).toHaveLength(study.length - 2);
    const others = study.filter((file) => file !== first && file !== second);
    const digests = await Promise.all(others.map((file) => dataSetDigest(file)));
    // On a machine that is busy a good one may have gone without an answer too, and then again.
    expect(new Set(relay.objects.map(({ digest }) => digest))).toEqual(new Set(digests));
    expect(await onlyAlertOf(production)).toMatch(/^PACS fails: IMAGE_BREAKS_ASSOCIATION on/);

    // Mended, they go where the others are, by the operator's word alone.
    crashing.mend();
    for (const { id } of suspended) await production.running.messages.resubmit(id);
    await production.idle();
    expect((await requestsOf(production)).map(({ status }) => status)).toEqual(
      study.map(() => 'Completed'),
    );
    expect(await onlyAlertOf(production)).toMatch(/^PACS fails/);
  });
});

/** What was sent to the operation, oldest first. */
async function requestsOf({ messages }: TestProduction): Promise<readonly MessageHeader[]> {
  const found = await messages.messages({ host: 'PACS', limit: 50 });
  return found.filter(({ type }) => type === 'Request').toSorted((one, other) => one.id - other.id);
}

/** Waits for the first alert, and for the look after it: there is no other. @returns its text */
async function onlyAlertOf({ messages }: TestProduction): Promise<string> {
  while ((await messages.alerts()).length === 0) await sleep(100);
  const [alert, ...others] = await messages.alerts();
  expect(others).toEqual([]);
  return alert?.text ?? '';
}

/** A relay that breaks every connection in which an instance is named, or passes nothing more: a peer that crashes. */
async function startCrashing(
  targetPort: number,
  how: Readonly<Record<string, 'crash' | 'silence'>>,
) {
  const sockets = new Set<Socket>();
  let deadly = Object.entries(how);
  const server = createServer((socket) => {
    const target = connect(targetPort, '127.0.0.1');
    let last = '';
    let isSilent = false;
    socket.on('data', (bytes) => {
      const text = last + bytes.toString('latin1');
      const [, harm] = deadly.find(([uid]) => text.includes(uid)) ?? [];
      isSilent ||= harm === 'silence';
      if (harm === 'crash') socket.resetAndDestroy();
      else if (!isSilent) target.write(bytes);
      last = text.slice(-64);
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
    mend: () => void (deadly = []),
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
