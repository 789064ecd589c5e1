import Database from 'better-sqlite3';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EngineError } from '@consort/core/record';
import { diskError } from '../disk-error.ts';
import { documentsHolder, holdDocuments } from '../documents/hold-documents.ts';
import { openDocumentStore } from '../documents/open-document-store.ts';
import type { Lock } from '../file-lock.ts';
import { fileDigest } from '../file-digest.ts';
import { copyDatabase } from '../messages/copy-database.ts';
import { checkStore, databaseFile, refuseEmpty } from '../messages/open-database.ts';
import { syncDirectory } from '../sync-directory.ts';
import { syncFile } from '../sync-file.ts';
import { documentsOf, nameOf, refused } from './backup-directory.ts';
import { copyDocuments, type CopiedDocuments } from './copy-documents.ts';
import { rememberBackup } from './last-backup.ts';
import { parts, writeManifest, type Manifest } from './manifest.ts';
import { prepareDirectory } from './prepare-directory.ts';
import { pruneBackups, type Pruned } from './prune-backups.ts';
import { openSnapshot, type Snapshot } from './snapshot.ts';

/** What is to be backed up, and how. */
export interface BackupOptions {
  readonly dataDirectory: string;
  readonly directory: string;
  /** How many backups stay in the directory, this one included. */
  readonly keep: number;
  /** Also reads the documents that are in the directory already, and copies anew what has changed. */
  readonly isDeep: boolean;
  /** The directory held backups and may begin anew without them. */
  readonly mayBeginAnew: boolean;
  readonly progress: BackupProgress;
}

/** Told how far a backup or a restore is. */
export interface BackupProgress {
  begin(documents: number, bytes: number): void;
  advance(bytes: number): void;
}

/** A backup that was made. */
export interface BackupMade {
  /** Its name in the directory. */
  readonly name: string;
  readonly manifest: Manifest;
  readonly documents: Pick<CopiedDocuments, 'copied' | 'copiedBytes'>;
  readonly pruned: Pruned;
  /** Why older backups could not be removed; this one is whole. */
  readonly notPruned?: string;
}

/**
 * Backs up a data directory, whether its production runs, hangs or is down: first a snapshot of the record, then the
 * documents that it names, of those only what the directory does not have yet, last the manifest. A purge keeps what is
 * still to be copied.
 * @throws EngineError NOT_FOUND, BACKUP_REFUSED, DISK_FULL, STORE_UNAVAILABLE, STORE_TOO_NEW; the backups that were
 *   there are as they were
 */
export async function backUp(options: BackupOptions): Promise<BackupMade> {
  const directory = resolve(options.directory);
  const { dataDirectory } = options;
  requireRecord(dataDirectory);
  const documents = join(dataDirectory, 'documents');
  const hold = await holdDocuments(documents, documentsOf(directory));
  if (!hold) throw alreadyRunning(dataDirectory);
  let folder: string | undefined;
  let lock: Lock | undefined;
  try {
    lock = await prepareDirectory(directory, options);
    const time = new Date();
    const name = nameOf(time);
    folder = join(directory, name);
    await mkdir(folder, { mode: 0o700 });
    await takeSnapshot(dataDirectory, folder);
    const snapshot = openSnapshot(join(folder, parts.snapshot));
    try {
      const made = await fill(folder, directory, time, snapshot, options);
      const { lacking } = made.manifest;
      const remembered = { time: time.toISOString(), directory, lacking: lacking.length };
      await rememberBackup(dataDirectory, remembered);
      return { name, ...made, ...(await prune(directory, options.keep)) };
    } finally {
      snapshot.close();
    }
  } catch (error) {
    if (folder && !existsSync(join(folder, parts.manifest)))
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    throw diskError(`cannot back up ${dataDirectory} to ${directory}`, error);
  } finally {
    lock?.release();
    hold.release();
  }
}

function requireRecord(dataDirectory: string): void {
  if (existsSync(databaseFile(dataDirectory))) return;
  throw new EngineError(
    'NOT_FOUND',
    `there is nothing to back up: ${dataDirectory} holds no message store; start the production, or give its data directory`,
  );
}

function alreadyRunning(dataDirectory: string): EngineError {
  const { pid, target } = documentsHolder(join(dataDirectory, 'documents')) ?? {};
  const where = pid === undefined ? '' : ` (process ${pid}, to ${target})`;
  return refused(
    `a backup of ${dataDirectory} is under way already${where}; wait until it has ended`,
  );
}

/** @throws EngineError STORE_UNAVAILABLE when the record has lost its content, STORE_TOO_NEW */
async function takeSnapshot(dataDirectory: string, folder: string): Promise<void> {
  const file = databaseFile(dataDirectory);
  refuseEmpty(file);
  const live = new Database(file, { readonly: true, fileMustExist: true, timeout: 5_000 });
  try {
    checkStore(live, file);
    await copyDatabase(live, join(folder, parts.snapshot));
  } finally {
    live.close();
  }
}

async function fill(
  folder: string,
  directory: string,
  time: Date,
  snapshot: Snapshot,
  { dataDirectory, isDeep, progress }: BackupOptions,
): Promise<Pick<BackupMade, 'manifest' | 'documents'>> {
  refuseDamaged(snapshot, dataDirectory);
  const facts = snapshot.facts();
  progress.begin(facts.documents.count, facts.documents.bytes);
  const source = await openDocumentStore(join(dataDirectory, 'documents'));
  const target = await openDocumentStore(documentsOf(directory));
  try {
    await target.sweep();
    const { lacking, ...documents } = await copyDocuments(snapshot, {
      source,
      target,
      targetDirectory: documentsOf(directory),
      isDeep,
      progress: (bytes) => progress.advance(bytes),
    });
    const { digest, size } = await fileDigest(join(folder, parts.snapshot));
    const { file, ...production } = snapshot.production();
    const manifest: Manifest = {
      format: 1,
      takenAt: time.toISOString(),
      production,
      ...facts,
      snapshot: { size, sha256: digest },
      lacking,
      hasProductionFile: await copyProductionFile(file, folder),
    };
    await writeManifest(folder, manifest);
    await syncDirectory(directory);
    return { manifest, documents };
  } finally {
    await target.close();
    await source.close();
  }
}

function refuseDamaged(snapshot: Snapshot, dataDirectory: string): void {
  const [line, ...more] = snapshot.damage();
  if (line === undefined) return;
  throw new EngineError(
    'STORE_UNAVAILABLE',
    `no backup is made of ${dataDirectory}: SQLite finds its record damaged (${line}${more.length > 0 ? ', …' : ''}); ` +
      'the backups that are there stay; see production doctor',
  );
}

/** For people who look later: a restore does not touch the production's own. */
async function copyProductionFile(file: string | undefined, folder: string): Promise<boolean> {
  if (file === undefined || !existsSync(file)) return false;
  const copy = join(folder, parts.productionFile);
  await copyFile(file, copy);
  await chmod(copy, 0o600);
  await syncFile(copy);
  return true;
}

async function prune(
  directory: string,
  keep: number,
): Promise<Pick<BackupMade, 'pruned' | 'notPruned'>> {
  try {
    return { pruned: await pruneBackups(directory, keep) };
  } catch (error) {
    const { message } = diskError(`older backups in ${directory} could not be removed`, error);
    return { pruned: { backups: 0, documents: 0 }, notPruned: message };
  }
}
