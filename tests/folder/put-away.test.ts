import { copyFile, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { startTestProduction } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { ctImages } from '../durability/transfer.ts';
import { describeWith } from '../house/peers.ts';
import { filesBelow, firsts, hosts, watched } from './watched.ts';

const patience = { timeout: 60_000 };

describeWith(['redis', 'pydicom'], 'a file that was taken and cannot be put away', () => {
  it('stays in the work folder, keeps no other from being taken, and is one message whatever happens', async () => {
    await using site = await watched({ archivePath: './done', subdirectoryLevels: '1' });
    const images = await ctImages(120, site.folder);
    const data = join(site.folder, 'data');
    const [done, errors] = [join(site.folder, 'done'), join(site.in, 'errors')];
    await mkdir(join(site.in, 'sub'));
    await mkdir(done);
    // A folder that cannot be made keeps one file; a folder that is gone all that are no images.
    await writeFile(join(done, 'sub'), 'in the way');
    await using production = await startTestProduction(site.file, { data });
    await rm(errors, { recursive: true });
    await writeFile(errors, 'in the way');
    const [stuck = '', ...others] = images;
    // B63: what stands in a preamble is no concern of ours (PS3.10 section 7.1); the file is kept as it is.
    for (const [index, magic] of ['MZ', '\x7fELF'].entries())
      await beginWith(others[index]!, magic);
    await rename(stuck, join(site.in, 'sub', basename(stuck)));
    await writeFile(join(site.in, 'unfit.dcm'), 'not DICOM');
    for (const image of others.slice(0, 100)) await rename(image, join(site.in, basename(image)));

    const archived = async () => (await filesBelow(done)).filter((name) => name !== 'sub');
    await expect.poll(async () => (await archived()).length, patience).toBe(100);
    // Nor do they keep what comes later.
    for (const image of others.slice(100)) await rename(image, join(site.in, basename(image)));
    await expect.poll(async () => (await archived()).length, patience).toBe(others.length);
    const working = async () =>
      (await filesBelow(site.in)).filter((name) => name.startsWith('.work/'));
    expect((await working()).map((name) => basename(name)).toSorted()).toEqual(
      [basename(stuck), 'unfit.dcm'].toSorted(),
    );
    const own = (type: string) =>
      production.events.filter((event) => event.type === type && event.host === hosts.service);
    expect(own('Warning').map(({ code }) => code)).toEqual(['FILE_NOT_PUT_AWAY']);
    expect(own('Error')).toEqual([]);
    const detail = async () =>
      (await production.messages.hosts()).find(({ name }) => name === hosts.service)?.detail;
    const shown = `${others.length} taken, 0 in errors, 2 not put away`;
    await expect.poll(detail, patience).toContain(shown);
    await production.stop();

    // A start wants to write among the errors; what is in the way in the archive it cannot know.
    await rm(errors);
    await mkdir(errors);
    await using again = await startTestProduction(site.file, { data });
    const unfit = ['errors/unfit.dcm', 'errors/unfit.dcm.reason.txt'];
    await expect.poll(() => filesBelow(site.in), patience).toEqual(expect.arrayContaining(unfit));
    const codes = () => again.events.map(({ code }) => code);
    await expect.poll(codes, patience).toContain('FILE_NOT_PUT_AWAY');
    await rm(join(done, 'sub'));
    await expect.poll(() => filesBelow(site.in), patience).toEqual(unfit);
    expect(await filesBelow(done)).toContain(`sub/${basename(stuck)}`);
    await again.idle();
    const names = (await firsts(again.messages)).map(({ body }) => body?.['fileName'] as string);
    expect(names.map((name) => basename(name)).toSorted()).toEqual(
      images.map((image) => basename(image)).toSorted(),
    );
    const archivedAs = (index: number) => readFile(join(done, basename(others[index]!)));
    expect((await archivedAs(0)).toString('latin1', 0, 2)).toBe('MZ');
    expect((await archivedAs(1)).toString('latin1', 1, 4)).toBe('ELF');
    for (const name of await filesBelow(site.received)) {
      const written = await readFile(join(site.received, name));
      expect(written.subarray(0, 128)).toEqual(Buffer.alloc(128));
    }
    // Put there once more it is a new file: its sender wants it taken.
    await copyFile(join(done, 'sub', basename(stuck)), join(site.in, basename(stuck)));
    await expect.poll(() => filesBelow(done), patience).toContain(basename(stuck));
    expect(await firsts(again.messages)).toHaveLength(images.length + 1);
  });
});

async function beginWith(path: string, magic: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(Buffer.from(magic, 'latin1'), 0, magic.length, 0);
  await file.close();
}
