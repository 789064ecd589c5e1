import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeDataSet, encodeDataSet, type DataValues } from '@consort/dicom';
import {
  requestAssociation,
  type AssociationRequest,
  type RequestedAssociation,
} from '@consort/dicom/requester';
import {
  freePort,
  sampleStudy,
  sendFiles,
  startOrthanc,
  startStorescp,
  startTestProduction,
  type Peer,
  type TestProduction,
} from '@consort/testing/consort';
import { expect, it } from 'vitest';
import type { CommandElements } from '../../packages/dicom/src/association/command-set.ts';
import {
  readReport,
  requestValues,
  storageCommitment,
  storageCommitmentInstance,
  type CommitmentReport,
  type CommitmentRequest,
} from '../../packages/dicom/src/commitment/storage-commitment.ts';
import { openDoor } from '../../packages/dicom/src/gate/door.ts';
import { describeWith } from '../house/peers.ts';

/** A SOP class and an instance of it. */
type Reference = readonly [sopClassUid: string, sopInstanceUid: string];

const file = new URL('./production.yaml', import.meta.url).pathname;

describeWith(['redis', 'dcmtk', 'orthanc', 'pydicom'], 'storage commitment', () => {
  it('tells Orthanc, by a report on an association of its own, what is committed and what is not', async () => {
    await using site = await startSite();
    const { orthanc, door, production } = site;
    const images = sampleStudy().slice(0, 2);
    expect((await sendFiles(door, images)).map(({ status }) => status)).toEqual([0, 0]);
    const sent = await received(production);
    expect(sent).toHaveLength(2);
    const complete = await orthanc.commit('consort', sent);
    expect(complete).toMatchObject({ Status: 'Success', RemoteAET: 'CONSORT', Failures: [] });
    expect(complete.Success.map(({ SOPInstanceUID }) => SOPInstanceUID).toSorted()).toEqual(
      sent.map(([, uid]) => uid).toSorted(),
    );

    const [[sopClass, uid] = ['', '']] = sent;
    const unknown = [sopClass, '1.2.826.0.1.3680043.8.498.1'] as const;
    const conflicting = ['1.2.840.10008.5.1.4.1.1.7', uid] as const;
    const partly = await orthanc.commit('consort', [...sent, unknown]);
    expect(partly).toMatchObject({
      Status: 'Failure',
      Success: sent.map(() => ({})),
      Failures: [{ SOPInstanceUID: unknown[1], FailureReason: 0x0112 }],
    });
    expect((await orthanc.commit('consort', [conflicting])).Failures).toMatchObject([
      { SOPInstanceUID: uid, FailureReason: 0x0119 },
    ]);
    await production.idle();
    expect(production.events.filter(({ type }) => type === 'Error')).toEqual([]);
  });

  it('believes with confirm: commitment only what Orthanc is committed to', async () => {
    await using site = await startSite({ TARGET: 'Orthanc' });
    const { orthanc, door, production } = site;
    const images = sampleStudy().slice(0, 2);
    expect((await sendFiles(door, images)).map(({ status }) => status)).toEqual([0, 0]);
    await production.idle();
    expect(await orthanc.statistics()).toMatchObject({ CountInstances: 2 });
    const delivered = await requestsTo('Orthanc', production);
    expect(delivered.map(({ status, attempts }) => [status, attempts])).toEqual(
      images.map(() => ['Completed', 0]),
    );
    // One report for each, on an association that Orthanc asked for.
    expect(await requestsTo('Commitment', production)).toHaveLength(2);
    expect(production.events.filter(({ type }) => type === 'Error')).toEqual([]);
  });

  it('calls nothing delivered that a peer without storage commitment has taken', async () => {
    await using liar = await startStorescp(['--ignore']);
    await using site = await startSite({ TARGET: 'Orthanc', ORTHANC_PORT: String(liar.port) });
    const { door, production } = site;
    await sendFiles(door, sampleStudy().slice(0, 1));
    await production.idle();
    const [delivery] = await requestsTo('Orthanc', production);
    expect(delivery).toMatchObject({
      status: 'Error',
      errorStatus: {
        code: 'CONFIRMATION_FAILED',
        text: expect.stringContaining('cannot be asked'),
      },
    });
    const [image] = await production.messages.images({});
    const legs = await production.messages.legs(image!.messageId);
    expect(legs.flatMap(({ receipts }) => receipts)).toEqual([]);
  });

  it('refuses what is no request, and reports what fails, is too late or comes twice', async () => {
    await using modality = await startModality();
    await using site = await startSite({
      MODALITY_PORT: String(modality.port),
      IMAGE_TIMEOUT: '3s',
      FILE_RETRY: '-1',
    });
    const { door, production, folder } = site;
    await rm(folder, { recursive: true }); // The image waits for it.
    await sendFiles(door, sampleStudy().slice(0, 1));
    const [[sopClassUid, sopInstanceUid] = ['', '']] = await received(production);
    const references = [{ sopClassUid, sopInstanceUid }];
    const request = { transactionUid: '1.2.3.1', references };

    expect(await ask(door, request, { actionTypeId: 2 })).toBe(0x0123);
    expect(await ask(door, request, { requestedSopInstanceUid: '1.2.3' })).toBe(0x0112);
    expect(await ask(door, { ...request, references: [] })).toBe(0x0115);
    expect(await ask({ ...door, callingAeTitle: 'OTHER' }, request)).toBe(0x0124);
    expect(production.events.find(({ code }) => code === 'COMMITMENT_REFUSED')?.text).toContain(
      'production.yaml:',
    );

    expect(await ask(door, request)).toBe(0x0000);
    expect(await ask(door, request)).toBe(0x0000);
    const failed = (failureReason: number) => ({
      eventTypeId: 2,
      report: {
        transactionUid: '1.2.3.1',
        committed: [],
        failed: [{ ...references[0], failureReason }],
      },
    });
    // The second one at once; the first when the image has had its time.
    expect(await modality.reported(2)).toEqual([failed(0x0131), failed(0x0110)]);
    await mkdir(folder);
    await production.idle();
    const again = { ...request, transactionUid: '1.2.3.2' };
    expect(await ask(door, again)).toBe(0x0000);
    const reports = await modality.reported(3);
    expect(reports[2]).toEqual({
      eventTypeId: 1,
      report: { transactionUid: '1.2.3.2', committed: references, failed: [] },
    });

    // Whoever keeps the association has it there; one that refuses it there has it on an association for it.
    for (const [count, status] of [0x0000, 0x0211].entries()) {
      const heard = Promise.withResolvers<CommitmentReport>();
      const association = await associate(door, {
        eventReport({ dataSet = Buffer.alloc(0), transferSyntaxUid }) {
          heard.resolve(readReport(decodeDataSet(dataSet, transferSyntaxUid)));
          return status;
        },
      });
      const kept = { ...request, transactionUid: `1.2.3.3.${count}` };
      expect(await act(association, kept)).toBe(0x0000);
      const { transactionUid } = kept;
      const report = { transactionUid, committed: references, failed: [] };
      expect(await heard.promise).toEqual(report);
      await production.idle();
      expect((await modality.reported(3)).slice(3)).toEqual(
        count === 0 ? [] : [{ eventTypeId: 1, report }],
      );
      await association.release();
    }
  });
});

/** The SOP classes and instances that a production has received. */
async function received({ messages }: TestProduction): Promise<readonly Reference[]> {
  const images = await messages.images({});
  return images.map(({ document }) => [
    document.sopClassUid,
    document.attributes.sopInstanceUid ?? '',
  ]);
}

/** The requests that a host was sent. */
async function requestsTo(host: string, { messages }: TestProduction) {
  const legs = await messages.messages({ host });
  return legs.filter(
    ({ type, targetConfigName }) => type === 'Request' && targetConfigName === host,
  );
}

/** Sends an N-ACTION. @returns the status it is answered */
async function ask(
  door: Peer,
  request: CommitmentRequest,
  elements: CommandElements = {},
): Promise<number | undefined> {
  const association = await associate(door);
  const status = await act(association, request, elements);
  await association.release();
  return status;
}

async function associate(
  { port, calledAeTitle, callingAeTitle }: Peer,
  more: Partial<AssociationRequest> = {},
): Promise<RequestedAssociation> {
  return requestAssociation({
    host: '127.0.0.1',
    port,
    calledAeTitle,
    callingAeTitle,
    contexts: [{ abstractSyntax: storageCommitment, transferSyntaxes: ['1.2.840.10008.1.2'] }],
    ...more,
  });
}

async function act(
  association: RequestedAssociation,
  request: CommitmentRequest,
  elements: CommandElements = {},
): Promise<number | undefined> {
  let answered: number | undefined;
  for await (const { status } of association.operate({
    service: 'N-ACTION',
    sopClassUid: storageCommitment,
    elements: {
      requestedSopClassUid: storageCommitment,
      requestedSopInstanceUid: storageCommitmentInstance,
      actionTypeId: 1,
      ...elements,
    },
    dataSet: (transferSyntaxUid) =>
      encodeDataSet(requestValues(request) as DataValues, { transferSyntaxUid }),
  })) {
    answered = status;
  }
  return answered;
}

/** A modality that is sent reports, as SCU of storage commitment, and what it has heard. */
async function startModality() {
  const reports: { readonly eventTypeId?: number; readonly report: CommitmentReport }[] = [];
  const door = await openDoor(
    { interface: '127.0.0.1', port: 0, maxAssociations: 4 },
    {
      admit: ({ contexts, roles }) => ({
        accept: contexts.map(({ id, transferSyntaxes: [transferSyntax = ''] }) => ({
          id,
          result: 0,
          transferSyntax,
        })),
        roles,
      }),
      store: () => Promise.reject(new Error('it is sent no images')),
      operation({ command, transferSyntaxUid, abstractSyntax }, { contexts }) {
        expect(contexts.map(({ peerRole }) => peerRole)).toEqual([{ scu: false, scp: true }]);
        expect(abstractSyntax).toBe(storageCommitment);
        const parts: Buffer[] = [];
        return {
          write: async (bytes) => void parts.push(Buffer.from(bytes)),
          discard: async () => undefined,
          async *answers() {
            const report = readReport(decodeDataSet(Buffer.concat(parts), transferSyntaxUid));
            const { eventTypeId } = command;
            reports.push({ report, ...(eventTypeId === undefined ? {} : { eventTypeId }) });
            yield { kind: 'response' as const, elements: { status: 0x0000 } };
          },
        };
      },
      ended: () => undefined,
    },
  );
  return {
    port: door.port,
    async reported(count: number) {
      while (reports.length < count) await sleep(20);
      return reports;
    },
    [Symbol.asyncDispose]: () => door.close(0),
  };
}

async function startSite(env: NodeJS.ProcessEnv = {}) {
  const folder = join(await mkdtemp(join(tmpdir(), 'consort-commitment-')), 'files');
  const port = await freePort();
  const orthanc = await startOrthanc({ consort: { aeTitle: 'CONSORT', port } });
  const production = await startTestProduction(file, {
    env: {
      DOOR_PORT: String(port),
      FILES: folder,
      ORTHANC_PORT: String(orthanc.dicomPort),
      MODALITY_PORT: String(await freePort()),
      ...env,
    },
  });
  return {
    orthanc,
    production,
    folder,
    door: { port, calledAeTitle: 'CONSORT', callingAeTitle: 'MODALITY' },
    async [Symbol.asyncDispose]() {
      await production.stop();
      await orthanc.stop();
      await rm(dirname(folder), { recursive: true, force: true });
    },
  };
}
