import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Message } from '@consort/core';
import { decodeDataSet, encodeDataSet, isNotification } from '@consort/dicom';
import { requestAssociation, type OperationToRequest } from '@consort/dicom/requester';
import {
  freePort,
  sampleStudy,
  startParrot,
  startTestProduction,
  words,
  type TestProduction,
} from '@consort/testing/consort';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';

const run = promisify(execFile);
const file = new URL('./production.yaml', import.meta.url).pathname;

/** Basic Film Session (PS3.4 section H.4.1). */
const filmSession = '1.2.840.10008.5.1.1.1';
const explicit = '1.2.840.10008.1.2.1';
const one = '1.2.3.4.1';

describeWith(['redis', 'dcmtk', 'pydicom'], 'a production that answers DIMSE', () => {
  let production: TestProduction;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    production = await startTestProduction(file, { env: { DOOR_PORT: String(port) } });
  });
  afterAll(() => production.stop());

  it('answers each of the N- services by a process, with its status and data set', async () => {
    const association = await requestAssociation({
      host: '127.0.0.1',
      port,
      callingAeTitle: 'MODALITY',
      calledAeTitle: 'CONSORT',
      contexts: [{ abstractSyntax: filmSession, transferSyntaxes: [explicit] }],
    });
    const ask = async (
      service: OperationToRequest['service'],
      elements: OperationToRequest['elements'],
      values?: Parameters<typeof encodeDataSet>[0],
    ) => {
      const answers: unknown[] = [];
      for await (const response of association.operate({
        service,
        sopClassUid: filmSession,
        elements,
        ...(values && {
          dataSet: (transferSyntaxUid: string) => encodeDataSet(values, { transferSyntaxUid }),
        }),
      })) {
        const { status, dataSet, transferSyntaxUid, command } = response;
        const { affectedSopInstanceUid, actionTypeId, eventTypeId } = command;
        const named = { affectedSopInstanceUid, type: actionTypeId ?? eventTypeId };
        answers.push([status, dataSet && decodeDataSet(dataSet, transferSyntaxUid), named]);
      }
      expect(answers).toHaveLength(1);
      return answers[0];
    };
    const requested = { requestedSopClassUid: filmSession, requestedSopInstanceUid: one };
    const affected = { affectedSopClassUid: filmSession, affectedSopInstanceUid: one };
    const named = { affectedSopInstanceUid: one, type: undefined };

    const copies = { NumberOfCopies: 2 };
    expect(await ask('N-GET', requested)).toEqual([0x0112, undefined, named]);
    expect(await ask('N-CREATE', affected, copies)).toEqual([0, copies, named]);
    const both = { ...copies, PrintPriority: 'HIGH' };
    expect(await ask('N-SET', requested, { PrintPriority: 'HIGH' })).toEqual([0, both, named]);
    expect(await ask('N-GET', requested)).toEqual([0, both, named]);
    const action = { ...requested, actionTypeId: 1 };
    expect(await ask('N-ACTION', action, copies)).toEqual([0, copies, { ...named, type: 1 }]);
    const event = { ...affected, eventTypeId: 2 };
    expect(await ask('N-EVENT-REPORT', event, copies)).toEqual([0, copies, { ...named, type: 2 }]);
    // By a process that asks another application, through dicom.tcp-operation, and answers as that does.
    const passedOn = { ...requested, actionTypeId: 99 };
    expect(await ask('N-ACTION', passedOn, copies)).toEqual([0, copies, { ...named, type: 7 }]);
    expect(await ask('N-DELETE', requested)).toEqual([0, undefined, named]);
    expect(await ask('N-DELETE', requested)).toEqual([0x0112, undefined, named]);
    await association.release();
    await production.idle();
    expect(production.events.filter(({ type }) => type === 'Error')).toEqual([]);
  });

  it('tells a peer that proposes asynchronous operations that there is one at a time, and keeps to it', async () => {
    await using parrot = await startParrot(port);
    // Asynchronous operations window: 8 invoked, 8 performed (PS3.7 table D.3-7).
    const window = words.item(0x53, Buffer.of(0, 8, 0, 8));
    await parrot.say(words.associateRequest({ calling: 'MODALITY', user: [window] }));
    const accept = await parrot.hear();
    expect(accept?.[0]).toBe(0x02);
    expect(accept?.includes(words.item(0x53, Buffer.of(0, 1, 0, 1)))).toBe(true);
    // Whoever sends several all the same is answered one after the other.
    await parrot.say(...[1, 2, 3].map((id) => words.echoRequest({ 0x110: id })));
    const heard = [await parrot.hear(), await parrot.hear(), await parrot.hear()];
    const idAndStatus = [1, 2, 3].map((id) => words.commandSet({ 0x120: id }));
    for (const [index, element] of idAndStatus.entries()) {
      expect(heard[index]?.includes(element)).toBe(true);
    }
    await parrot.say(words.releaseRequest);
    expect((await parrot.hear())?.[0]).toBe(0x06);

    await using usual = await startParrot(port);
    await usual.say(words.associateRequest({ calling: 'MODALITY' }));
    expect((await usual.hear())?.includes(words.item(0x53, Buffer.of(0, 1, 0, 1)))).toBe(false);
    await usual.say(words.abort);
  });

  it('tells a process of associations that are established, released, aborted and rejected', async () => {
    await production.idle();
    const before = (await told(production)).length;
    const peer = ['127.0.0.1', String(port)];
    await run('echoscu', ['-aet', 'MODALITY', '-aec', 'CONSORT', ...peer]);
    await run('echoscu', ['-aet', 'MODALITY', '-aec', 'CONSORT', '--abort', ...peer]);
    for (let knocks = 0; knocks < 3; knocks += 1) {
      await expect(
        run('echoscu', ['-aet', 'STRANGER', '-aec', 'CONSORT', ...peer]),
      ).rejects.toThrow();
    }
    await expect(
      run('storescu', ['-aet', 'MODALITY', '-aec', 'OTHER', ...peer, sampleStudy()[0]!]),
    ).rejects.toThrow();
    while ((await told(production)).length < before + 6)
      await new Promise((resolve) => setTimeout(resolve, 20));
    await production.idle();
    const bodies = (await told(production)).slice(before);
    const peerAddress = '127.0.0.1';
    const known = { peerAddress, callingAeTitle: 'MODALITY', calledAeTitle: 'CONSORT' };
    expect(bodies).toMatchObject([
      { type: 'dicom.notify.established', ...known },
      { type: 'dicom.notify.released', ...known, reason: 'the peer released the association' },
      { type: 'dicom.notify.established', ...known },
      {
        type: 'dicom.notify.aborted',
        ...known,
        reason: expect.stringContaining('the peer aborted'),
      },
      // Three knocks are told of once.
      {
        type: 'dicom.notify.rejected',
        callingAeTitle: 'STRANGER',
        reason: expect.stringContaining('calling AE title'),
      },
      {
        type: 'dicom.notify.rejected',
        calledAeTitle: 'OTHER',
        reason: expect.stringContaining('called AE title'),
      },
    ]);
    const ids = bodies.map(({ associationId }) => associationId);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).toBe(ids[3]);
    expect(new Set(ids).size).toBe(4);
  });
});

/** What the process was told, oldest first. */
async function told({ messages }: TestProduction) {
  const legs = await messages.messages({ host: 'Told', limit: 1000 });
  const requests = legs.filter(({ type }) => type === 'Request').toReversed();
  const whole = await Promise.all(requests.map(({ id }) => messages.message(id)));
  return whole.flatMap((message: Message | undefined) =>
    message?.body && isNotification(message.body) ? [message.body] : [],
  );
}
