import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openMessageReader } from '@consort/store';
import { freePort, startProductionProcess } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { idle, proveAllIsFinished, proveEachIsStored, proveOneFileEach } from './proof.ts';
import { ctImages, startTransfer } from './transfer.ts';

const file = new URL('../../productions/pacs-to-file/production.yaml', import.meta.url).pathname;

describeWith(['redis', 'pydicom'], 'kill -9 in the middle of a transfer', () => {
  it(
    'loses no image the sender was told Success for, and writes none twice',
    { timeout: 180_000 },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'consort-kill-'));
      const data = join(folder, 'data');
      const received = join(folder, 'received');
      const images = await ctImages(500, folder);
      const env = { DICOM_PORT: String(await freePort()), RECEIVED: received };
      const peer = {
        port: Number(env.DICOM_PORT),
        calledAeTitle: 'IRIS',
        callingAeTitle: 'ORTHANC',
      };

      let production = startProductionProcess(file, { data, env });
      const transfer = startTransfer(peer, images, 4, () => production);
      // The moments fall on what happens to be under way: receiving, recording, writing, answering.
      for (const [count, moment] of [
        [60, 3],
        [160, 8],
        [260, 14],
        [360, 21],
      ] as const) {
        await transfer.toldSuccess(count);
        await sleep(moment);
        const killed = await production;
        production = killed.kill().then(() => startProductionProcess(file, { data, env }));
        await production;
      }
      const told = await transfer.done;
      const reader = await openMessageReader(data);
      await idle(reader);
      await (await production).stop();

      expect(told.length).toBeGreaterThan(400);
      await proveEachIsStored(told, received);
      await proveOneFileEach(reader, 'Demo.DICOM.Operation.File', received);
      await proveAllIsFinished(reader, data);
      await reader.close();
      await rm(folder, { recursive: true });
    },
  );
});
