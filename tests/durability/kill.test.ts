import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataSetDigest } from '@consort/dicom/part10';
import {
  copiesOf,
  freePort,
  pydicomFiles,
  receivedFiles,
  sendFiles,
  startProductionProcess,
} from '@consort/testing';
import { openMessageReader } from '@consort/store';
import { expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';

const file = new URL('../../productions/pacs-to-file/production.yaml', import.meta.url).pathname;
const uid = '1.3.6.1.4.1.5962.1.1.1.1.1.20040119072730.12322';

describeWith(['redis', 'pydicom'], 'kill -9 in the middle of a transfer', () => {
  it(
    'loses no image the sender was told Success for, and writes none twice',
    { timeout: 180_000 },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'consort-kill-'));
      const data = join(folder, 'data');
      const received = join(folder, 'received');
      const original = pydicomFiles().find((path) => path.endsWith('/CT_small.dcm')) ?? '';
      const images = await copiesOf(original, uid, 500, join(folder, 'images'));
      const env = { DICOM_PORT: String(await freePort()), RECEIVED: received };
      const peer = {
        port: Number(env.DICOM_PORT),
        calledAeTitle: 'IRIS',
        callingAeTitle: 'ORTHANC',
      };
      const told: string[] = [];

      let production = await startProductionProcess(file, { data, env });
      let next = 0;
      for (const moment of [150, 300, 450]) {
        const kill = sleep(moment).then(() => production.kill());
        for (; next < images.length; next++) {
          const [sent] = await sendFiles(peer, images.slice(next, next + 1));
          if (sent?.status === 0) told.push(sent.file);
          if (sent?.error) break;
        }
        await kill;
        production = await startProductionProcess(file, { data, env });
      }
      for (const sent of await sendFiles(peer, images.slice(next))) {
        if (sent.status === 0) told.push(sent.file);
      }
      await idle(data);
      const messages = await operationMessages(data);
      await production.stop();

      const digests = (await receivedFiles(received)).map(({ name, digest }) => ({ name, digest }));
      const stored = new Set(digests.map(({ digest }) => digest));
      for (const image of told) expect(stored.has(await dataSetDigest(image)), image).toBe(true);
      expect(told.length).toBeGreaterThan(400);
      expect(digests.length).toBeLessThanOrEqual(messages);
      expect(digests.every(({ name }) => name.endsWith('.dcm'))).toBe(true);
      expect(await readdir(join(data, 'documents', 'tmp'))).toEqual([]);
      await rm(folder, { recursive: true });
    },
  );
});

async function idle(data: string): Promise<void> {
  const reader = await openMessageReader(data);
  for (;;) {
    const queues = await reader.queues();
    if (queues.every(({ queued, delivered }) => queued + delivered === 0)) break;
    await sleep(50);
  }
  await reader.close();
}

async function operationMessages(data: string): Promise<number> {
  const reader = await openMessageReader(data);
  const queues = await reader.queues();
  await reader.close();
  return queues.find(({ host }) => host === 'Demo.DICOM.Operation.File')?.completed ?? 0;
}
