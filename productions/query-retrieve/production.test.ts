import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, sampleStudy, startOrthanc, startTestProduction } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from '../../tests/house/peers.ts';

const run = promisify(execFile);
const file = new URL('./production.yaml', import.meta.url).pathname;

describeWith(['redis', 'dcmtk', 'orthanc', 'pydicom'], 'query-retrieve', () => {
  it('finds with findscu, gets with getscu and moves with movescu what Orthanc has', async () => {
    await using site = await startSite();

    const found = await site.run('findscu', [
      '-S',
      '-k',
      'QueryRetrieveLevel=STUDY',
      '-k',
      'StudyInstanceUID',
      '-k',
      'PatientID',
    ]);
    const [, study = ''] = /\(0020,000d\) UI \[([\d.]+)/.exec(found) ?? [];
    expect(study).toMatch(/^1\./);

    const got = await site.folder();
    const keys = ['-k', 'QueryRetrieveLevel=STUDY', '-k', `StudyInstanceUID=${study}`];
    const getting = await site.run('getscu', ['-S', '-od', got, ...keys]);
    expect(getting).toMatch(/Completed Suboperations\s*: 7\b/);
    expect(await readdir(got)).toHaveLength(7);
    await site.production.idle();
    const legs = await site.production.messages.session(
      (await site.production.messages.lastSession()) ?? 0,
    );
    expect(legs.map(({ header }) => [header.type, header.status])).toEqual([
      ['Request', 'Completed'],
      ...Array.from({ length: 8 }, () => ['Response', 'Completed']),
    ]);

    const moved = await site.folder();
    const moving = await site.run('movescu', [
      '-S',
      '+P',
      String(site.workstationPort),
      '-aem',
      'WORKSTATION',
      '-od',
      moved,
      ...keys,
    ]);
    expect(moving).toMatch(/Completed Suboperations\s*: 7\b/);
    expect(await readdir(moved)).toHaveLength(7);

    const astray = await site
      .run('movescu', ['-S', '-aem', 'ELSEWHERE', ...keys])
      .catch((error: { stdout: string; stderr: string }) => error.stdout + error.stderr);
    expect(astray).toMatch(/a801/i);
  });
});

/** The production between a workstation and an Orthanc that has a study. */
async function startSite() {
  const folder = await mkdtemp(join(tmpdir(), 'consort-query-retrieve-'));
  const port = await freePort();
  const workstationPort = await freePort();
  const orthanc = await startOrthanc({ proxy: { aeTitle: 'PROXY', port } });
  for (const image of sampleStudy()) await orthanc.upload(await readFile(image));
  const production = await startTestProduction(file, {
    env: {
      DICOM_PORT: String(port),
      ARCHIVE_PORT: String(orthanc.dicomPort),
      WORKSTATION_PORT: String(workstationPort),
    },
  });
  return {
    production,
    workstationPort,
    folder: () => mkdtemp(join(folder, 'images-')),
    async run(program: string, more: readonly string[]): Promise<string> {
      const peer = ['-d', '-aet', 'WORKSTATION', '-aec', 'PROXY'];
      const address = ['127.0.0.1', String(port)];
      const { stdout, stderr } = await run(program, [...peer, ...more, ...address], {
        maxBuffer: 64 * 1024 * 1024,
      });
      return stdout + stderr;
    },
    async [Symbol.asyncDispose]() {
      await production.stop();
      await orthanc.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
