import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { dataSetDigest } from '@consort/dicom/part10';
import {
  copiesOf,
  freePort,
  pydicomFiles,
  receivedFiles,
  sendFiles,
  startTestProduction,
} from '@consort/testing';
import { expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';

const file = new URL('../../productions/pacs-to-file/production.yaml', import.meta.url).pathname;
const uid = '1.3.6.1.4.1.5962.1.1.1.1.1.20040119072730.12322';

describeWith(['redis', 'pydicom'], 'Redis emptied in the middle of a transfer', () => {
  it('costs no image that the sender was told Success for', { timeout: 120_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-flushall-'));
    const received = join(folder, 'received');
    const original = pydicomFiles().find((path) => path.endsWith('/CT_small.dcm')) ?? '';
    const images = await copiesOf(original, uid, 60, join(folder, 'images'));
    const port = await freePort();
    await using production = await startTestProduction(file, {
      env: { DICOM_PORT: String(port), RECEIVED: received },
    });
    const peer = { port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' };
    const socket = new URL(production.running.redisUrl).pathname;

    const told: string[] = [];
    for (let next = 0; next < images.length; next += 10) {
      const sending = sendFiles(peer, images.slice(next, next + 10));
      await promisify(execFile)('redis-cli', ['-s', socket, 'FLUSHALL']);
      for (const { file: image, status } of await sending) if (status === 0) told.push(image);
    }
    await production.idle();

    const stored = new Set((await receivedFiles(received)).map(({ digest }) => digest));
    for (const image of told) expect(stored.has(await dataSetDigest(image)), image).toBe(true);
    expect(told.length).toBeGreaterThan(40);
    await rm(folder, { recursive: true });
  });
});
