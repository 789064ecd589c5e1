import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, startTestProduction } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { idle, proveAllIsFinished, proveEachIsStored, proveOneFileEach } from './proof.ts';
import { ctImages, startTransfer } from './transfer.ts';

const file = new URL('../../productions/pacs-to-file/production.yaml', import.meta.url).pathname;

describeWith(['redis', 'pydicom'], 'Redis emptied in the middle of a transfer', () => {
  it('costs no image that the sender was told Success for, and writes none twice', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consort-flushall-'));
    const received = join(folder, 'received');
    const images = await ctImages(60, folder);
    const port = await freePort();
    await using production = await startTestProduction(file, {
      env: { DICOM_PORT: String(port), RECEIVED: received },
    });
    const peer = { port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' };
    const socket = new URL(production.running.redisUrl).pathname;

    const transfer = startTransfer(peer, images, 4);
    for (const count of [5, 15, 25, 35, 45]) {
      await transfer.toldSuccess(count);
      await promisify(execFile)('redis-cli', ['-s', socket, 'FLUSHALL']);
    }
    const told = await transfer.done;
    await idle(production.messages);

    expect(told.length).toBeGreaterThan(40);
    await proveEachIsStored(told, received);
    await proveOneFileEach(production.messages, 'Demo.DICOM.Operation.File', received);
    await proveAllIsFinished(production.messages, production.dataDirectory);
    await rm(folder, { recursive: true });
  });
});
