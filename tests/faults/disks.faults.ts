import { execFile } from 'node:child_process';
import { mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { describeOnSmallDisks } from '../durability/small-disk.ts';
import { makeSite } from './site.ts';

const run = promisify(execFile);
const stored = { service: { acknowledge: 'stored' } };
const refused = { outcome: 'refused', status: 0xa700 };

describeOnSmallDisks(['redis', 'pydicom'], 'a disk of documents', () => {
  it('F8: without inodes is A700, and takes images again once there are some', async () => {
    const site = await makeSite(5, stored);
    const documents = join(site.data, 'documents');
    await using disk = await mountImage(documents, join(site.folder, 'disk.img'));
    await using production = await site.start();
    const [one = '', two = '', three = ''] = site.images(3);
    expect(await site.ledger.send(site.peer, one)).toMatchObject({ outcome: 'taken' });
    const fillers = await takeAllInodes(documents);
    expect(await site.ledger.send(site.peer, two)).toMatchObject(refused);
    await Promise.all(fillers.map((path) => rm(path)));
    expect(await site.ledger.send(site.peer, three)).toMatchObject({ outcome: 'taken' });
    await site.idle();

    expect(await production.stop()).toBe(0);
    expect(await site.reconcile()).toEqual([]);
    await disk.unmount();
    await site.remove();
  });

  it('F9: that becomes read-only is A700, and takes images again once it can be written', async () => {
    const site = await makeSite(5, stored);
    const documents = join(site.data, 'documents');
    await using disk = await mountImage(documents, join(site.folder, 'disk.img'));
    await using production = await site.start();
    const [one = '', two = '', three = ''] = site.images(3);
    expect(await site.ledger.send(site.peer, one)).toMatchObject({ outcome: 'taken' });
    await site.idle();
    await run('mount', ['-o', 'remount,ro', documents]);
    expect(await site.ledger.send(site.peer, two)).toMatchObject(refused);
    expect(production.output()).toMatch(/EROFS/);
    await run('mount', ['-o', 'remount,rw', documents]);
    expect(await site.ledger.send(site.peer, three)).toMatchObject({ outcome: 'taken' });
    await site.idle();

    expect(await production.stop()).toBe(0);
    expect(await site.reconcile()).toEqual([]);
    await disk.unmount();
    await site.remove();
  });
});

/** Mounts an ext4 of its own, 32 MB with 400 inodes, of which the folders of documents take 270. */
async function mountImage(path: string, image: string) {
  await writeFile(image, '');
  await truncate(image, 32 * 1024 * 1024);
  await run('mkfs.ext4', ['-q', '-N', '400', image]);
  await mkdir(path, { recursive: true });
  await run('mount', ['-o', 'loop', image, path]);
  // The file system's own, in the place of documents.
  await run('rmdir', [join(path, 'lost+found')]);
  let unmounted: Promise<unknown> | undefined;
  const unmount = async () => {
    await (unmounted ??= run('umount', ['-l', path]));
  };
  return { unmount, [Symbol.asyncDispose]: unmount };
}

async function takeAllInodes(folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (;;) {
    const path = join(folder, `filler-${paths.length}`);
    const isFull = await writeFile(path, '').then(
      () => false,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOSPC') return true;
        throw error;
      },
    );
    if (isFull) return paths;
    paths.push(path);
  }
}
