import { copyFile, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataSetDigest } from '@consort/dicom/part10';
import { expectTrace } from '@consort/testing';
import {
  sampleStudy,
  startOrthanc,
  startRecordingRelay,
  startTestProduction,
} from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from '../../tests/house/peers.ts';

const file = new URL('./production.yaml', import.meta.url).pathname;
const hosts = {
  service: 'EnsLib.DICOM.Service.File',
  process: 'Demo.DICOM.Process.StoreInPacs',
  operation: 'EnsLib.DICOM.Operation.TCP',
};

describeWith(['redis', 'orthanc', 'pydicom'], 'file-to-pacs', () => {
  it('brings a study from a folder into Orthanc, byte for byte, and shows four legs for each image', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-to-pacs-'));
    const [files, archive] = [join(folder, 'in'), join(folder, 'done')];
    await using orthanc = await startOrthanc({ iris: { aeTitle: 'IRIS', port: 104 } });
    await using relay = await startRecordingRelay(orthanc.dicomPort);
    const study = sampleStudy();
    await mkdir(join(files, 'study'), { recursive: true });
    for (const [index, path] of study.entries()) {
      await copyFile(path, join(files, 'study', `${index}.dcm`));
      await utimes(join(files, 'study', `${index}.dcm`), index, index);
    }
    await writeFile(join(files, 'letter.dcm'), 'no image');
    await using production = await startTestProduction(file, {
      env: { FILES: files, ARCHIVE: archive, PACS_PORT: String(relay.port) },
    });

    const names = study.map((_, index) => `${index}.dcm`).toSorted();
    await expect
      .poll(async () => (await readdir(join(archive, 'study')).catch(() => [])).toSorted(), {
        timeout: 60_000,
      })
      .toEqual(names);
    await production.idle();

    // What was sent: Orthanc itself writes data sets anew.
    const sent = relay.objects.map(({ digest }) => digest);
    expect(sent).toEqual(await Promise.all(study.map(dataSetDigest)));
    const instances = (await (await fetch(`${orthanc.url}/instances`)).json()) as string[];
    expect(instances).toHaveLength(study.length);

    expect((await readdir(join(files, 'errors'))).toSorted()).toEqual([
      'letter.dcm',
      'letter.dcm.reason.txt',
    ]);
    const sessions = await production.sessions();
    expect(sessions.length).toBe(study.length);
    for (const session of sessions) {
      const legs = await production.completed(session);
      expectTrace(legs, [
        `${hosts.service} -> ${hosts.process} request Completed`,
        `${hosts.process} -> ${hosts.operation} request Completed`,
        `${hosts.operation} -> ${hosts.process} response Completed`,
        `${hosts.process} -> ${hosts.service} response Completed`,
      ]);
      expect(legs[3]?.body).toMatchObject({ command: { commandField: 'C-STORE-RSP', status: 0 } });
    }
    await rm(folder, { recursive: true });
  });
});
