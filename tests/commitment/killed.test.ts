import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMessageReader } from '@consort/store';
import {
  freePort,
  sampleStudy,
  sendFiles,
  startOrthanc,
  startProductionProcess,
} from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { committingPeer } from '../../packages/dicom/src/sending/committing-peer.fixture.ts';
import { idle } from '../durability/proof.ts';
import { describeWith } from '../house/peers.ts';

const file = new URL('./production.yaml', import.meta.url).pathname;

describeWith(
  ['redis', 'orthanc', 'pydicom'],
  'kill -9 between a request for commitment and its report',
  () => {
    it(
      'brings Orthanc the report all the same, of an image whose work was under way',
      { timeout: 300_000 },
      async () => {
        const folder = await mkdtemp(join(tmpdir(), 'consort-commitment-killed-'));
        const port = await freePort();
        await using orthanc = await startOrthanc({ consort: { aeTitle: 'CONSORT', port } });
        const files = join(folder, 'files');
        const env = {
          DOOR_PORT: String(port),
          FILES: files,
          FILE_RETRY: '-1',
          ORTHANC_PORT: String(orthanc.dicomPort),
          MODALITY_PORT: String(await freePort()),
        };
        const data = join(folder, 'data');
        const first = await startProductionProcess(file, { data, env });
        const door = { port, calledAeTitle: 'CONSORT', callingAeTitle: 'MODALITY' };
        const [image = ''] = sampleStudy();
        expect(await sendFiles(door, [image])).toMatchObject([{ status: 0 }]);
        const reader = await openMessageReader(data);
        const [received] = await reader.images({});
        const { sopClassUid, attributes } = received!.document;
        const report = orthanc.commit('consort', [[sopClassUid, attributes.sopInstanceUid ?? '']]);
        // The request is answered, and its report is owed.
        const isAnswered = async () =>
          (await reader.messages({ host: 'Commitment' })).some(({ answered }) => answered);
        while (!(await isAnswered())) await new Promise((resolve) => setTimeout(resolve, 20));
        await first.kill();
        await using second = await startProductionProcess(file, { data, env });
        expect(await report).toMatchObject({ Status: 'Success', Success: [{}], Failures: [] });
        await second.stop();
        await reader.close();
        await rm(folder, { recursive: true });
      },
    );

    it(
      'asks the peer anew, and calls nothing delivered before it has reported',
      { timeout: 300_000 },
      async () => {
        const folder = await mkdtemp(join(tmpdir(), 'consort-commitment-killed-'));
        const asked = Promise.withResolvers<void>();
        const heard: string[] = [];
        // The production dies before this peer reports; it reports to the next request.
        await using peer = await committingPeer(['say nothing', 'commit'], heard, {
          asked: () => asked.resolve(),
        });
        const port = await freePort();
        const env = {
          DOOR_PORT: String(port),
          FILES: folder,
          TARGET: 'Orthanc',
          ORTHANC_PORT: String(peer.port),
          MODALITY_PORT: String(await freePort()),
        };
        const data = join(folder, 'data');
        const first = await startProductionProcess(file, { data, env });
        const door = { port, calledAeTitle: 'CONSORT', callingAeTitle: 'MODALITY' };
        expect(await sendFiles(door, sampleStudy().slice(-1))).toMatchObject([{ status: 0 }]);
        await asked.promise;
        const reader = await openMessageReader(data);
        await first.kill();
        const [image] = await reader.images({});
        expect((await reader.legs(image!.messageId)).flatMap(({ receipts }) => receipts)).toEqual(
          [],
        );
        await using second = await startProductionProcess(file, { data, env });
        await idle(reader);
        expect(heard.filter((one) => !one.startsWith('8100'))).toEqual([
          'C-STORE',
          'N-ACTION',
          'C-STORE',
          'N-ACTION',
        ]);
        const legs = await reader.legs(image!.messageId);
        expect(legs.flatMap(({ receipts }) => receipts)).toMatchObject([{ status: '0000' }]);
        await second.stop();
        await reader.close();
        await rm(folder, { recursive: true });
      },
    );
  },
);
