import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testDocumentStore } from '@consort/testing/conformance';
import { openDocumentStore } from './open-document-store.ts';

const run = promisify(execFile);

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'consort-documents-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

testDocumentStore('A directory', () => openDocumentStore(join(directory, 'documents')));

describe('openDocumentStore', () => {
  test('a document is a file named by its digest in one of 256 folders, for nobody else to read', async () => {
    const store = await openDocumentStore(directory);
    const writer = await store.create();
    await writer.write(Buffer.from('abc'));
    const { digest } = await writer.commit();
    const file = join(directory, digest.slice(0, 2), digest);
    expect(digest.slice(0, 8)).toBe('ba7816bf');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'tmp'))).mode & 0o777).toBe(0o700);
    expect(await readdir(directory)).toHaveLength(258);
    await store.close();
  });

  test('many threads may open one directory at the same time', async () => {
    const stores = await Promise.all(
      Array.from({ length: 8 }, () => openDocumentStore(join(directory, 'new'))),
    );
    expect(await readdir(join(directory, 'new'))).toHaveLength(258);
    for (const store of stores) await store.close();
  });

  test('a write that is not awaited is refused before it can spoil the bytes', async () => {
    const store = await openDocumentStore(directory);
    const writer = await store.create();
    const first = writer.write(randomBytes(3_000_000));
    await expect(writer.write(randomBytes(10))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    await first;
    await writer.discard();
    await store.close();
  });

  test('a place that cannot be used is an error with its name', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    await expect(openDocumentStore(join(file, 'documents'))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining(file) as unknown,
    });
  });

  test('a shard folder that has gone fails the commit and leaves nothing half-written', async () => {
    const store = await openDocumentStore(directory);
    const writer = await store.create();
    await writer.write(Buffer.from('abc'));
    await rm(join(directory, 'ba'), { recursive: true });
    await expect(writer.commit()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await readdir(join(directory, 'tmp'))).toEqual([]);
    await store.close();
  });

  test('a full disk is DISK_FULL, leaves nothing behind and is over when there is room', async (context) => {
    const mount = join(directory, 'small');
    await mkdir(mount);
    try {
      await run('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', mount]);
    } catch {
      context.skip('a small file system can only be mounted as root');
    }
    try {
      const store = await openDocumentStore(mount);
      const writer = await store.create();
      const fill = async () => {
        for (let n = 0; n < 80; n++) await writer.write(randomBytes(100_000));
        await writer.commit();
      };
      await expect(fill()).rejects.toMatchObject({ code: 'DISK_FULL' });
      await expect(writer.commit()).rejects.toMatchObject({ code: 'DISK_FULL' });
      await writer.discard();
      expect(await readdir(join(mount, 'tmp'))).toEqual([]);
      const next = await store.create();
      await next.write(randomBytes(1_000_000));
      expect((await next.commit()).size).toBe(1_000_000);
      await store.close();
    } finally {
      await run('umount', [mount]);
    }
  });
});
