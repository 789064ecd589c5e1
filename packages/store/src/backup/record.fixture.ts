import { mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NewRequest } from '@consort/core';
import { openDocumentStore } from '../documents/open-document-store.ts';
import { openMessageStore } from '../messages/open-message-store.ts';
import { backUp, type BackupOptions } from './back-up.ts';
import { restoreBackup, type RestoreOptions } from './restore-backup.ts';

/** A request that carries no document. */
export const request: NewRequest = {
  source: 'Door',
  sourceType: 'BusinessService',
  target: 'File',
  targetType: 'BusinessOperation',
  body: { type: 'test' },
  priority: 'Async',
  responseRequired: false,
};

const progress = { begin: () => undefined, advance: () => undefined };

/** A record with documents, as a production makes it, and a place for its backups. */
export async function openRecord() {
  const folder = await mkdtemp(join(tmpdir(), 'consort-backup-'));
  const data = join(folder, 'data');
  const backups = join(folder, 'backups');
  const documents = await openDocumentStore(join(data, 'documents'));
  let store = await openMessageStore(data);
  const file = join(folder, 'production.yaml');
  await writeFile(file, 'name: Kept\n');
  await store.setProduction({ name: 'Kept', file });
  const pathOf = (digest: string, directory = join(data, 'documents')) =>
    join(directory, digest.slice(0, 2), digest);

  return {
    folder,
    data,
    backups,
    progress,
    documents,
    pathOf,
    get store() {
      return store;
    },
    /** A document, and a message queued for File that names it. */
    async receive(text: string) {
      const writer = await documents.create();
      await writer.write(Buffer.from(text));
      const { digest, size } = await writer.commit();
      const document = {
        digest,
        size,
        transferSyntaxUid: '1.2.840.10008.1.2.1',
        sopClassUid: '1.2',
        attributes: {},
      };
      const { id } = await store.send({ ...request, body: { type: 'test', document } });
      return { digest, id };
    },
    /** Ends the oldest message, and purges what has ended; its document may go at once. */
    async finishAndPurge(): Promise<void> {
      const claimed = await store.claim('File', 1, 'test');
      if (!claimed) throw new Error('nothing is queued');
      await store.finish(claimed.claim, { status: 'Completed' });
      const future = new Date(Date.now() + 1_000).toISOString();
      await store.purge({ completedBefore: future, failedBefore: '', after: 0, isDryRun: false });
      for (const digest of await store.unreferencedDocuments(10)) {
        await utimes(pathOf(digest), 1, 1); // Nothing that was stored a moment ago is removed.
        await documents.remove(digest, () => store.forgetDocument(digest));
      }
    },
    backUp: (options: Partial<BackupOptions> = {}) =>
      backUp({
        dataDirectory: data,
        directory: backups,
        keep: 7,
        isDeep: false,
        mayBeginAnew: false,
        progress,
        ...options,
      }),
    restore: (options: Partial<RestoreOptions> = {}) =>
      restoreBackup({
        directory: backups,
        dataDirectory: join(folder, 'restored'),
        mayReplace: false,
        mayLack: false,
        progress,
        ...options,
      }),
    /** Closes the record and opens it again after `meanwhile`. */
    async whileClosed(meanwhile: () => Promise<void>): Promise<void> {
      await store.close();
      try {
        await meanwhile();
      } finally {
        store = await openMessageStore(data);
      }
    },
    async close(): Promise<void> {
      await store.close();
      await documents.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** What tells whether a file was written again. */
export async function identityOf(path: string): Promise<unknown> {
  const { ino, mtimeMs, mode } = await stat(path);
  return { ino, mtimeMs, mode: mode & 0o777, content: await readFile(path, 'utf8') };
}
