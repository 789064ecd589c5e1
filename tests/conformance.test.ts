import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startTestProduction } from '@consort/testing/consort';
import { expect, test } from 'vitest';
import { describeWith } from './house/peers.ts';
import { root } from './house/root.ts';

const timeout = 240_000;
const ct = '1.2.840.10008.5.1.4.1.1.2';

/** A service with callers of several kinds, a second one that reads its contexts from a file, and both ways out. */
const text = (syntax = 'ImplicitVRLittleEndian') => `name: Site
services:
  Images:
    component: dicom.tcp-service
    settings:
      port: 2010
      localAet: SITE
      remoteAet: ORTHANC
      target: Out
      peers:
        - aet: CT1
          presentationContexts:
            - { sopClass: CTImageStorage, transferSyntaxes: [${syntax}] }
        - { aet: FAR, addresses: [192.0.2.1], serviceClasses: [verification] }
  Queries:
    component: dicom.tcp-service
    settings:
      port: 2011
      localAet: SITE
      remoteAet: WORKSTATION
      serviceClasses: [verification, query]
      presentationContexts: { file: ./associations.txt }
      onFailure: abort
      target: Out
operations:
  Out:
    component: dicom.file-operation
    settings: { directory: ./out }
  Pacs:
    component: dicom.tcp-operation
    retry: { interval: 5s, timeout: -1 }
    settings:
      { host: pacs, port: 104, localAet: SITE, remoteAet: PACS, confirm: find, transcode: JPEG2000Lossless }
`;

async function aSite() {
  const folder = await mkdtemp(join(tmpdir(), 'consort-conformance-'));
  const file = join(folder, 'production.yaml');
  await writeFile(file, text());
  const queries = '1.2.840.10008.5.1.4.1.2.2.1\\1.2.840.10008.1.2.1\n1.2.840.10008.1.1\n';
  await writeFile(join(folder, 'associations.txt'), queries);
  return {
    folder,
    file,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

function production(...words: readonly string[]) {
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const main = root('packages/cli/src/main.ts');
    execFile(process.execPath, [main, 'conformance', ...words], (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

describeWith(['redis', 'dcmtk'], 'production conformance', () => {
  test(
    'states what a running production accepts and refuses, and sees where it does otherwise',
    { timeout },
    async () => {
      await using site = await aSite();
      await using running = await startTestProduction(site.file);
      const words = [site.file, '--data', running.dataDirectory, '--check'];

      const same = await production(...words);
      expect(same.stdout).toMatch(/Images for ORTHANC: \d{4} contexts are as stated/);
      expect(same.stdout).toMatch(/Images for CT1: \d+ contexts are as stated/);
      expect(same.stdout).toMatch(/Images for FAR was not checked: .*calling-AE-title/);
      expect(same.stdout).toMatch(/Queries for WORKSTATION: \d+ contexts are as stated/);
      expect(same.code).toBe(0);

      // The file says something else than what runs.
      await writeFile(site.file, text('ExplicitVRLittleEndian'));
      const other = await production(...words);
      expect(other.stdout).toMatch(/Images for CT1: 2 of \d+ contexts are otherwise/);
      expect(other.stdout).toContain(
        'CTImageStorage in ExplicitVRLittleEndian is claimed and refused',
      );
      expect(other.stdout).toContain(
        'CTImageStorage in ImplicitVRLittleEndian is not claimed and accepted',
      );
      expect(other.code).toBe(1);

      // Another implementation's word for it.
      const echo = (caller: string) =>
        promisify(execFile)('echoscu', [
          '-aet',
          caller,
          '-aec',
          'SITE',
          '-v',
          '127.0.0.1',
          String(running.port('Images')),
        ]);
      await expect(echo('ORTHANC')).resolves.toBeDefined();
      await expect(echo('CT1')).rejects.toMatchObject({ code: expect.any(Number) as number });
      expect(await running.sessions()).toEqual([]);
    },
  );

  test(
    'writes a statement, and checks it on a production of its own when none runs',
    { timeout },
    async () => {
      await using site = await aSite();
      const short = text().replace(/\n {8}- \{ aet: FAR.*/, '');
      await writeFile(
        site.file,
        short.replace('remoteAet: ORTHANC', 'serviceClasses: [verification]'),
      );
      const statement = join(site.folder, 'conformance.md');

      const { code, stdout, stderr } = await production(site.file, '--check', '-o', statement);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stdout).not.toContain('ORTHANC');

      const written = await readFile(statement, 'utf8');
      for (const heading of [1, 2, 3, 4, 5, 6, 7, 8, 9])
        expect(written).toMatch(new RegExp(`^## ${heading} `, 'm'));
      const section = (name: string) =>
        written.split(/^### /m).find((one) => one.includes(name)) ?? '';
      const images = section('Images\n\nAn acceptor');
      expect(images).toContain('Accepted of CT1');
      expect(images).toContain(`| CTImageStorage | ${ct} | SCP | C-STORE |`);
      expect(images).toContain('| Implicit VR Little Endian | 1.2.840.10008.1.2 |');
      expect(images).not.toContain('Explicit VR Little Endian |');
      expect(images).toContain('| 0110 processing failure | the target failed');
      const queries = section('Queries\n\nAn acceptor');
      expect(queries).toContain(
        '| StudyRootQueryRetrieveInformationModelFind | 1.2.840.10008.5.1.4.1.2.2.1 | SCP | C-FIND |',
      );
      expect(queries).toContain('| Verification | 1.2.840.10008.1.1 | SCP | C-ECHO |');
      expect(queries).not.toContain('CTImageStorage');
      expect(queries).toContain('| (A-ABORT) |');
      const pacs = section('Pacs\n\nA requester');
      expect(pacs).toContain('It asks PACS at pacs:104, without TLS');
      expect(pacs).toContain(
        'or JPEG 2000 Image Compression (Lossless Only), on a context of its own',
      );
      expect(pacs).toContain('| StudyRootQueryRetrieveInformationModelFind |');
      expect(pacs).toContain('every 5 s, for ever');
    },
  );
});
