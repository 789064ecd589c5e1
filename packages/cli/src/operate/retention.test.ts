import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDocumentStore, openMessageStore } from '@consort/store';
import { expect, it } from 'vitest';
import { holdDocuments } from '../../../store/src/documents/hold-documents.ts';
import { makeRoom, purge } from './retention.ts';

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

function documentOf(n: number) {
  return {
    digest: n.toString(16).padStart(64, '0'),
    size: 1,
    transferSyntaxUid: '1.2.840.10008.1.2.1',
    sopClassUid: '1.2',
    attributes: {},
  };
}
