import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataSetDigest } from '@consort/dicom/part10';
import { openMessageReader } from '@consort/store';
import { freePort, startProductionProcess, startStorescp } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { allMessages, idle } from '../durability/proof.ts';
import { ctImages, startTransfer } from '../durability/transfer.ts';
import { describeWith } from '../house/peers.ts';

const file = new URL('./production.yaml', import.meta.url).pathname;

describeWith(['redis', 'dcmtk', 'pydicom'], 'kill -9 while images are sent on', () => {
  it(
    'loses none: the peer has each that was told Success, and each message is Completed',
    { timeout: 300_000 },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'consort-sending-killed-'));
      const data = join(folder, 'data');
      await using pacs = await startStorescp(['--fork']);
      const images = await ctImages(200, folder);
      const port = await freePort();
      const env = {
        DOOR_PORT: String(port),
        PEER_PORT: String(pacs.port),
        ACKNOWLEDGE: 'stored',
        RETRY: '-1',
        POOL_SIZE: '3',
      };
      const start = () => startProductionProcess(file, { data, env });
      let production = start();
      const door = { port, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' };
      const transfer = startTransfer(door, images, 3, () => production);
      for (const count of [50, 100, 150]) {
        await transfer.toldSuccess(count);
        // What is under way to the peer is cut off wherever it is.
        while ((await pacs.count()) < count / 2) await sleep(20);
        const killed = await production;
        production = killed.kill().then(start);
        await production;
      }
      const told = await transfer.done;
      const reader = await openMessageReader(data);
      await idle(reader);
      await (await production).stop();

      expect(told.length).toBeGreaterThan(150);
      const received = (await pacs.received()).map(({ digest }) => digest);
      const lost: string[] = [];
      for (const image of told)
        if (!received.includes(await dataSetDigest(image))) lost.push(image);
      expect(lost).toEqual([]);
      const sent = (await allMessages(reader, 'PACS')).filter(({ type }) => type === 'Request');
      expect(new Set(sent.map(({ status }) => status))).toEqual(new Set(['Completed']));
      expect(sent.length).toBeGreaterThanOrEqual(told.length);
      // Sent twice is at most what was under way at a kill: three workers, three kills.
      expect(received.length - sent.length).toBeLessThanOrEqual(9);
      await reader.close();
      await rm(folder, { recursive: true });
    },
  );
});
