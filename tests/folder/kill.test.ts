import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataSetDigest } from '@consort/dicom/part10';
import { openMessageReader } from '@consort/store';
import { startProductionProcess } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { idle, proveAllIsFinished, proveOneFileEach } from '../durability/proof.ts';
import { ctImages } from '../durability/transfer.ts';
import { describeWith } from '../house/peers.ts';
import { filesBelow, firsts, hosts, watched } from './watched.ts';

describeWith(['redis', 'pydicom'], 'kill -9 while a folder is taken in', () => {
  it('loses no file and makes of none two messages', { timeout: 300_000 }, async () => {
    await using site = await watched({ archivePath: './done' });
    const images = await ctImages(500, site.folder);
    const digests = new Map<string, string>();
    for (const image of images) digests.set(await dataSetDigest(image), image);
    await site.write({ filePath: './images', archivePath: './done' });
    const data = join(site.folder, 'data');
    const archived = async () =>
      (await filesBelow(join(site.folder, 'done')).catch(() => [])).length;

    // The moments fall on what happens to be under way: moving, storing, recording, archiving.
    let kills = 0;
    for (let moment = 0; (await archived()) < images.length; moment = (moment + 13) % 60) {
      const before = await archived();
      await using production = await startProductionProcess(site.file, { data });
      if (kills >= 12) {
        while ((await archived()) < images.length) await sleep(50);
        break;
      }
      while ((await archived()) <= before) await sleep(1);
      await sleep(moment);
      await production.kill();
      kills++;
    }
    expect(kills).toBeGreaterThan(2);

    await using production = await startProductionProcess(site.file, { data });
    const reader = await openMessageReader(data);
    await idle(reader);
    expect(await production.stop()).toBe(0);
    const taken = (await firsts(reader)).map(({ body }) => body?.document?.digest);
    expect(taken.length).toBe(images.length);
    expect(new Set(taken)).toEqual(new Set(digests.keys()));
    await proveOneFileEach(reader, hosts.operation, site.received);
    await proveAllIsFinished(reader, data);
    expect(await filesBelow(join(site.folder, 'images'))).toEqual([]);
    expect(await archived()).toBe(images.length);
    await reader.close();
  });
});
