import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, sampleStudy, sendFiles } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { chains, isResponse, missingSteps } from './strace.ts';
import { startStraced } from './straced-production.ts';

const file = new URL('../../productions/pacs-to-file/production.yaml', import.meta.url).pathname;

describeWith(['strace', 'redis', 'pydicom'], 'what stands before a Success', () => {
  it('is all on disk when the response is written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-strace-'));
    const port = await freePort();
    const traced =
      'fsync,fdatasync,rename,renameat,renameat2,link,linkat,write,writev,sendto,sendmsg';
    const production = await startStraced(file, folder, traced, {
      DICOM_PORT: String(port),
      RECEIVED: join(folder, 'received'),
    });

    const [result] = await sendFiles(
      { port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' },
      sampleStudy().slice(0, 1),
    );
    const calls = await production.stop();

    expect(result?.status).toBe(0);
    for (const steps of chains) {
      expect(missingSteps(calls, steps, isResponse)).toEqual([]);
      // The check itself is checked: without any one of the calls it fails.
      for (const { what, matches } of steps) {
        const without = calls.filter((call) => !matches(call));
        expect(missingSteps(without, steps, isResponse), what).toContain(what);
      }
    }
    await rm(folder, { recursive: true });
  });
});
