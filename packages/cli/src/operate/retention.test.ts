import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDocumentStore, openMessageStore } from '@consort/store';
import type { Event } from '@consort/core';
import { expect, it, vi } from 'vitest';
import { holdDocuments } from '../../../store/src/documents/hold-documents.ts';
import { backupHoldWarning, longHold } from './backup-hold.ts';
import { keepWithinRetention, makeRoom, purge } from './retention.ts';

it('does not empty the record for want of space while a backup still holds the documents', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'consort-retention-'));
  const store = await openMessageStore(directory);
  const documents = await openDocumentStore(join(directory, 'documents'));
  const hold = await holdDocuments(join(directory, 'documents'), join(directory, 'elsewhere'));
  await Promise.all(
    Array.from({ length: 900 }, (_, n) =>
      store.send({
        source: 'Door',
        sourceType: 'BusinessService',
        target: 'File',
        targetType: 'BusinessOperation',
        body: { type: 'test', document: documentOf(n) },
        priority: 'Async',
        responseRequired: false,
      }),
    ),
  );
  for (let n = 0; n < 900; n += 1) {
    const claimed = await store.claim('File', 1, 'test');
    await store.finish(claimed!.claim, { status: 'Completed' });
  }
  const completedBefore = new Date(Date.now() + 1).toISOString();
  const short = { completedBefore, failed: Infinity, minFreeSpace: 2 };
  const held = await makeRoom(store, documents, short, () => false);
  expect(held).toEqual({ sessions: 500, messages: 500, documents: 0 });
  hold?.release();
  const freed = await makeRoom(store, documents, short, () => false);
  expect(freed).toEqual({ sessions: 400, messages: 400, documents: 900 });

  await documents.close();
  await store.close();
  await rm(directory, { recursive: true });
});

it('a document that cannot be removed keeps no other from it, and is said at the end', async () => {
  const digests = ['a', 'b', 'c'];
  const removed: string[] = [];
  const messages = {
    purge: async () => ({ sessions: 1, messages: 1 }),
    unreferencedDocuments: async () => digests.filter((digest) => !removed.includes(digest)),
    forgetDocument: async () => true,
  };
  const documents = {
    async remove(digest: string) {
      if (digest === 'a') throw new Error('EIO');
      removed.push(digest);
      return true;
    },
  };
  const bounds = { completedBefore: new Date().toISOString(), failedBefore: '' };
  await expect(purge(messages as never, documents as never, bounds)).rejects.toThrow('EIO');
  expect(removed).toEqual(['b', 'c']);
});

it('says once of each backup that it keeps documents on a disk that is short of space, or has done so for hours', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'consort-retention-'));
  const store = await openMessageStore(directory);
  const documents = await openDocumentStore(join(directory, 'documents'));
  const held: Event[] = [];
  const warn = backupHoldWarning(directory, (event) => held.push(event));
  const hold = () => holdDocuments(join(directory, 'documents'), '/mnt/dead/documents');
  const isShort = { completed: Infinity, failed: Infinity, minFreeSpace: 2, refuseBelow: 0 };

  warn(0);
  const first = await hold();
  warn(longHold);
  expect(held).toEqual([]);
  const cleaning = keepWithinRetention(
    () => isShort,
    store,
    documents,
    () => undefined,
    warn,
  );
  await vi.waitUntil(() => held.length > 0, 10_000);
  await cleaning.close();
  warn(0);
  expect(held).toEqual([
    {
      type: 'Warning',
      code: 'BACKUP_HOLDS',
      text: expect.stringContaining(
        `to /mnt/dead/documents (process ${process.pid}, since`,
      ) as unknown,
    },
  ]);
  first?.release();

  const second = await hold();
  const file = join(directory, 'documents', 'hold.json');
  const since = new Date(Date.now() - longHold).toISOString();
  const holder = JSON.parse(await readFile(file, 'utf8')) as object;
  await writeFile(file, JSON.stringify({ ...holder, since }));
  const hasRoom = { ...isShort, minFreeSpace: 0 };
  const hourly = keepWithinRetention(
    () => hasRoom,
    store,
    documents,
    () => undefined,
    warn,
  );
  await vi.waitUntil(() => held.length > 1, 10_000);
  await hourly.close();
  second?.release();
  warn(0);
  expect(held).toHaveLength(2);

  await documents.close();
  await store.close();
  await rm(directory, { recursive: true });
});

function documentOf(n: number) {
  return {
    digest: n.toString(16).padStart(64, '0'),
    size: 1,
    transferSyntaxUid: '1.2.840.10008.1.2.1',
    sopClassUid: '1.2',
    attributes: {},
  };
}
