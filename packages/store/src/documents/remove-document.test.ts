import { access, mkdtemp, readdir, rename, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DocumentStore } from '@consort/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDocumentStore } from './open-document-store.ts';
import { setAside } from './remove-document.ts';

let directory: string;
let documents: DocumentStore;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'consort-remove-'));
  documents = await openDocumentStore(directory);
});
afterEach(async () => {
  await documents.close();
  await rm(directory, { recursive: true });
});

describe('removing a document', () => {
  it('takes it away once nothing refers to it', async () => {
    const digest = await stored('an old image', { isOld: true });
    expect(await documents.remove(digest, async () => true)).toBe(true);
    await expect(documents.open(digest)).rejects.toMatchObject({ code: 'DOCUMENT_MISSING' });
    expect(await readdir(join(directory, 'removed'))).toEqual([]);
  });

  it('keeps it where something refers to it again, and it can be read all the while', async () => {
    const digest = await stored('an old image', { isOld: true });
    const isKept = await documents.remove(digest, async () => {
      await access(setAside(directory, digest));
      await (await documents.open(digest)).close();
      return false;
    });
    expect(isKept).toBe(false);
    await access(join(directory, digest.slice(0, 2), digest));
  });

  it('keeps bytes that were stored a moment ago, whatever the record says', async () => {
    const digest = await stored('a new image', { isOld: false });
    expect(await documents.remove(digest, async () => true)).toBe(false);
    await (await documents.open(digest)).close();
  });

  it('does not touch the same bytes stored again while it looks', async () => {
    const digest = await stored('the same', { isOld: true });
    expect(
      await documents.remove(digest, async () => {
        await stored('the same', { isOld: false });
        return true;
      }),
    ).toBe(true);
    await (await documents.open(digest)).close();
  });

  it('is undone at the next start when a crash came in between', async () => {
    const digest = await stored('an old image', { isOld: true });
    await rename(join(directory, digest.slice(0, 2), digest), setAside(directory, digest));
    await documents.sweep();
    await access(join(directory, digest.slice(0, 2), digest));
  });
});

describe('space', () => {
  it('is that of the file system, and too little of it refuses the next document', async () => {
    const { size, free } = await documents.space();
    expect(size).toBeGreaterThan(free);
    const full = await openDocumentStore(directory, { refuseBelow: 1 });
    await expect(full.create()).rejects.toMatchObject({ code: 'DISK_FULL' });
    await full.close();
  });

  it('is asked for anew when another part has to be free', async () => {
    const other = await openDocumentStore(directory);
    await (await other.create()).discard();
    other.setRefuseBelow(1);
    await expect(other.create()).rejects.toMatchObject({ code: 'DISK_FULL' });
    other.setRefuseBelow(0);
    await (await other.create()).discard();
    await other.close();
  });

  it('is waited for as long as some is to come', async () => {
    let asked = 0;
    const isRoomToCome = async () => (asked += 1) < 3;
    const full = await openDocumentStore(directory, { refuseBelow: 1, isRoomToCome });
    await expect(full.create()).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(asked).toBe(3);
    await full.close();
  });
});

async function stored(text: string, { isOld }: { isOld: boolean }): Promise<string> {
  const writer = await documents.create();
  await writer.write(Buffer.from(text));
  const { digest } = await writer.commit();
  if (isOld) await utimes(join(directory, digest.slice(0, 2), digest), 1, 1);
  return digest;
}
