import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectTrace } from '@consort/testing';
import {
  freePort,
  receivedFiles,
  sampleStudy,
  startOrthanc,
  startRecordingRelay,
  startTestProduction,
} from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from '../../tests/house/peers.ts';

const file = new URL('./production.yaml', import.meta.url).pathname;
const hosts = {
  service: 'EnsLib.DICOM.Service.TCP',
  process: 'Demo.DICOM.Process.StorageLocal',
  operation: 'Demo.DICOM.Operation.File',
};

describeWith(['redis', 'orthanc', 'pydicom'], 'pacs-to-file', () => {
  it('stores a study that Orthanc sends, byte for byte, and shows four legs for each image', async () => {
    const received = await mkdtemp(join(tmpdir(), 'consort-received-'));
    const port = await freePort();
    await using production = await startTestProduction(file, {
      env: { DICOM_PORT: String(port), RECEIVED: received },
    });
    await using relay = await startRecordingRelay(port);
    await using orthanc = await startOrthanc({ iris: { aeTitle: 'IRIS', port: relay.port } });
    const instances = [];
    for (const image of sampleStudy()) instances.push(await orthanc.upload(await readFile(image)));

    const job = await orthanc.store('iris', instances);
    await production.idle();

    expect(job.State).toBe('Success');
    const files = await receivedFiles(received);
    expect(files.map(({ digest }) => digest).sort()).toEqual(
      relay.objects.map(({ digest }) => digest).sort(),
    );
    expect(files).toHaveLength(instances.length);

    const sessions = await production.sessions();
    expect(sessions.length).toBe(instances.length);
    for (const session of sessions) {
      const legs = await production.completed(session);
      expectTrace(legs, [
        `${hosts.service} -> ${hosts.process} request Completed`,
        `${hosts.process} -> ${hosts.operation} request Completed`,
        `${hosts.operation} -> ${hosts.process} response Completed`,
        `${hosts.process} -> ${hosts.service} response Completed`,
      ]);
      expect(legs[0]?.header.answered?.status).toBe('0000');
    }
    await rm(received, { recursive: true });
  });
});
