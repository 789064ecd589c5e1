import { existsSync, statSync } from 'node:fs';
import { chmod, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { EngineError } from '@consort/core/record';
import { diskError } from '../disk-error.ts';
import { openDocumentStore } from '../documents/open-document-store.ts';
import { fileDigest } from '../file-digest.ts';
import { isLocked, lockDirectory } from '../lock.ts';
import { databaseFile } from '../messages/open-database.ts';
import { syncDirectory } from '../sync-directory.ts';
import { syncFile } from '../sync-file.ts';
import type { BackupProgress } from './back-up.ts';
import { documentsOf } from './backup-directory.ts';
import { copyDocuments, type CopiedDocuments } from './copy-documents.ts';
import { parts, type LackingDocument } from './manifest.ts';
import { noteRestore } from './note-restore.ts';
import { setRecordAside } from './set-record-aside.ts';
import { openSnapshot } from './snapshot.ts';
import { findBackup, invalid, verifyBackup, type VerifiedBackup } from './verify-backup.ts';

/** What is to be restored, where to, and how. */
export interface RestoreOptions {
  readonly directory: string;
  /** Which backup; default: the newest that is whole. */
  readonly name?: string;
  readonly dataDirectory: string;
  /** Whether a record that is there may be replaced; it is set aside, not removed. */
  readonly mayReplace: boolean;
  /** Whether documents of the backup may be missing or damaged: it is restored without them. */
  readonly mayLack: boolean;
  readonly progress: BackupProgress;
}

/** A restore that was done. */
export interface Restored {
  readonly backup: VerifiedBackup;
  readonly documents: Pick<CopiedDocuments, 'copied' | 'copiedBytes'>;
  /** Documents that messages name and that are not there now. */
  readonly lacking: readonly LackingDocument[];
  /** Where the record that was there is now. */
  readonly replaced?: string;
}

/**
 * Restores a backup into a data directory. Everything of it is checked before anything is written; documents are added to
 * those that are there; last the record gets its place by one rename, so it is the old or the restored one at any moment.
 * @throws EngineError BACKUP_INVALID, RESTORE_REFUSED, ALREADY_RUNNING, STORE_TOO_NEW, DISK_FULL, STORE_UNAVAILABLE; the
 *   record that was there is as it was
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const directory = resolve(options.directory);
  const { dataDirectory, mayReplace, mayLack, progress } = options;
  const found = await findBackup(directory, options.name);
  // It throws with who holds it.
  if (isLocked(dataDirectory)) lockDirectory(dataDirectory).release();
  if (!mayReplace) refuseReplacing(dataDirectory);
  const backup = await verifyBackup(directory, found, progress);
  if (!mayLack) refuseDamaged(backup);
  try {
    const made = await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
    if (made !== undefined) await syncDirectory(dirname(made));
    const lock = lockDirectory(dataDirectory);
    try {
      // Looked at again: now nobody can start on it any more.
      if (!mayReplace) refuseReplacing(dataDirectory);
      return await put(directory, backup, dataDirectory, progress);
    } finally {
      lock.release();
    }
  } catch (error) {
    throw diskError(`cannot restore ${backup.folder} to ${dataDirectory}`, error);
  }
}

async function put(
  directory: string,
  backup: VerifiedBackup,
  dataDirectory: string,
  progress: BackupProgress,
): Promise<Restored> {
  const draft = `${databaseFile(dataDirectory)}.restored`;
  await copyRecord(backup, draft);
  const snapshot = openSnapshot(join(backup.folder, parts.snapshot));
  const source = await openDocumentStore(documentsOf(directory));
  const target = await openDocumentStore(join(dataDirectory, 'documents'));
  try {
    progress.begin(backup.manifest.documents.count, backup.manifest.documents.bytes);
    const { lacking, ...documents } = await copyDocuments(snapshot, {
      source,
      target,
      targetDirectory: join(dataDirectory, 'documents'),
      isDeep: true,
      progress: (bytes) => progress.advance(bytes),
    });
    const unexpected = lacking.length - backup.manifest.lacking.length - backup.damaged.length;
    if (unexpected > 0) {
      throw invalid(
        `${unexpected} documents of ${directory} have changed since they were checked; the record was not replaced`,
      );
    }
    const replaced = await setRecordAside(dataDirectory);
    await rename(draft, databaseFile(dataDirectory));
    await syncDirectory(dataDirectory);
    return { backup, documents, lacking, ...(replaced === undefined ? {} : { replaced }) };
  } finally {
    await target.close();
    await source.close();
    snapshot.close();
    await rm(draft, { force: true });
  }
}

async function copyRecord({ folder, manifest }: VerifiedBackup, draft: string): Promise<void> {
  for (const suffix of ['', '-wal', '-shm', '-journal']) await rm(draft + suffix, { force: true });
  await copyFile(join(folder, parts.snapshot), draft);
  await chmod(draft, 0o600);
  if ((await fileDigest(draft)).digest !== manifest.snapshot.sha256)
    throw invalid(`the record of ${folder} has changed since it was checked`);
  noteRestore(draft, { takenAt: manifest.takenAt, from: folder });
  await syncFile(draft);
}

/** @throws EngineError RESTORE_REFUSED with what is there */
function refuseReplacing(dataDirectory: string): void {
  const file = databaseFile(dataDirectory);
  const log = statSync(`${file}-wal`, { throwIfNoEntry: false });
  if (!existsSync(file) && (log?.size ?? 0) === 0) return;
  throw new EngineError(
    'RESTORE_REFUSED',
    `${dataDirectory} holds ${described(file)}; restore to another directory with --data, or set that record aside with --replace`,
  );
}

function described(file: string): string {
  try {
    const record = openSnapshot(file);
    try {
      const { id, name } = record.production();
      const { messages, unfinished } = record.facts();
      return `the record of ${name ?? id} with ${messages} messages, ${unfinished} of them not finished`;
    } finally {
      record.close();
    }
  } catch {
    return 'a record that cannot be read';
  }
}

function refuseDamaged({ folder, damaged }: VerifiedBackup): void {
  const [first] = damaged;
  if (!first) return;
  throw invalid(
    `${damaged.length} documents of the backup ${folder} are missing or damaged, the first ${first.digest}; nothing was changed. ` +
      'Restore another backup, or this one without them: --incomplete',
  );
}
