import { mkdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { receivedFiles, startTestProduction } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { describeOnSmallDisks, mountSmallDisk } from '../durability/small-disk.ts';
import { ctImages } from '../durability/transfer.ts';
import { filesBelow, firsts, hosts, watched } from './watched.ts';

const patience = { timeout: 60_000 };

describeOnSmallDisks(['redis', 'pydicom'], 'a watched folder and a disk', () => {
  it('that is full: the files wait, one Warning says why, and each is one message once there is room', async () => {
    await using site = await watched();
    const images = await ctImages(200, site.folder);
    const data = join(site.folder, 'data');
    await mkdir(data);
    await using disk = await mountSmallDisk(join(data, 'documents'), 32);
    await using production = await startTestProduction(site.file, { data });
    await disk.fill();
    for (const image of images) await rename(image, join(site.in, basename(image)));

    // The engine says by itself that space is short.
    const warnings = () =>
      production.events.filter(({ type, host }) => type === 'Warning' && host === hosts.service);
    await expect.poll(() => warnings().map(({ code }) => code), patience).toEqual(['DISK_FULL']);
    // The next look finds those of this one, and tries again before it takes any more.
    const looks = async () =>
      (await filesBelow(site.in)).filter((name) => name.startsWith('.work'));
    await expect.poll(async () => (await looks()).length, patience).toBeGreaterThan(0);
    expect((await looks()).length).toBeLessThan(100);
    expect(await firsts(production.messages)).toEqual([]);
    expect(await filesBelow(site.in)).toHaveLength(images.length);

    await disk.clear();
    await expect.poll(() => filesBelow(site.in), patience).toEqual([]);
    await production.idle();
    const names = (await firsts(production.messages)).map(({ body }) => body?.['fileName']);
    expect(names.toSorted()).toEqual(images.map((image) => basename(image)).toSorted());
    expect(await receivedFiles(site.received)).toHaveLength(images.length);
    expect(warnings().map(({ code }) => code)).toEqual(['DISK_FULL']);
    expect(production.events.filter(({ type }) => type === 'Error')).toEqual([]);
  });

  it('of another file system: the start is refused, and says which setting is meant', async () => {
    await using site = await watched({ archivePath: './other/done' });
    await using disk = await mountSmallDisk(join(site.folder, 'other'), 1);
    const words =
      /archivePath .*other\/done \(\S*production\.yaml:\d+:\d+\) is on another file system/;
    await expect(startTestProduction(site.file)).rejects.toThrow(words);
    await disk.unmount();
  });
});
