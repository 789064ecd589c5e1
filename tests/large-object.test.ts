import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { dataSetDigest } from '@consort/dicom/part10';
import {
  freePort,
  receivedFiles,
  sampleStudy,
  sendFiles,
  startProductionProcess,
} from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { writeProduction } from './durability/write-production.ts';
import { describeWith } from './house/peers.ts';

const run = promisify(execFile);
const megabyte = 1024 * 1024;

/** A multi-frame object of 500 frames of 512 KB: 250 MB. */
const makeObject = `import pydicom, sys
from pydicom.data import get_testdata_files
image = pydicom.dcmread(get_testdata_files('CT_small.dcm')[0])
image.SOPClassUID = image.file_meta.MediaStorageSOPClassUID = '1.2.840.10008.5.1.4.1.1.7.3'
image.Rows = image.Columns = 512
image.NumberOfFrames = 500
image.PixelData = bytes(range(256)) * (512 * 2 * 500)
image.save_as(sys.argv[1])
`;

describeWith(['redis', 'pydicom'], 'an object of 250 MB', () => {
  it('H39: goes through byte for byte, and resident memory grows by less than 64 MB', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-large-'));
    const object = join(folder, 'object.dcm');
    await run('/usr/bin/python3', ['-c', makeObject, object]);
    const port = await freePort();
    const file = await writeProduction(folder, port, { service: { responseTimeout: '60s' } });
    await using production = await startProductionProcess(file, { data: join(folder, 'data') });
    const peer = { port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' };
    await sendFiles(peer, sampleStudy());

    const before = await residentMemory(production.pid);
    const sending = sendFiles(peer, [object]);
    const most = await mostUntil(sending, production.pid);

    expect((await sending)[0]?.status).toBe(0);
    const files = await receivedFiles(join(folder, 'received'));
    expect(files).toHaveLength(sampleStudy().length + 1);
    expect(files.map(({ digest }) => digest)).toContain(await dataSetDigest(object));
    expect((most - before) / megabyte).toBeLessThan(64);
    await rm(folder, { recursive: true });
  });
});

/** Resident memory of a process, in bytes. */
async function residentMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

async function mostUntil(sending: Promise<unknown>, pid: number): Promise<number> {
  const sent = new AbortController();
  const end = () => sent.abort();
  sending.then(end, end);
  let most = 0;
  while (!sent.signal.aborted) {
    most = Math.max(most, await residentMemory(pid));
    await sleep(10);
  }
  return most;
}
