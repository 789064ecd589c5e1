import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '@consort/core/record';
import { shards } from '../documents/shards.ts';
import { fileDigest } from '../file-digest.ts';
import type { BackupProgress } from './back-up.ts';
import { backupsIn, documentsOf, ownerOf, type Backup } from './backup-directory.ts';
import { parts, type LackingDocument } from './manifest.ts';
import { openSnapshot, type Snapshot } from './snapshot.ts';

/** A backup whose record is as it was taken. */
export interface VerifiedBackup extends Backup {
  /** Documents that it should hold and does not, or not as they were; not those it never had. */
  readonly damaged: readonly LackingDocument[];
}

/**
 * Finds a backup in a directory.
 * @param name default: the newest
 * @throws EngineError BACKUP_INVALID when there is none, or none of that name
 */
export async function findBackup(directory: string, name?: string): Promise<Backup> {
  if ((await ownerOf(directory)) === undefined) {
    throw invalid(
      `${directory} is no directory of backups; name the one given to production backup`,
    );
  }
  const backups = await backupsIn(directory);
  const found = name === undefined ? backups[0] : backups.find((one) => one.name === name);
  if (found) return found;
  const names = backups.map((one) => one.name);
  throw names.length === 0
    ? invalid(`${directory} holds no backup that came to its end; make one with production backup`)
    : invalid(`${directory} holds no whole backup ${name}; there are ${names.join(', ')}`);
}

/**
 * Reads a backup whole: the digest of its snapshot, what SQLite says of that, and the digest of every document.
 * @throws EngineError BACKUP_INVALID when its record is damaged, STORE_TOO_NEW
 */
export async function verifyBackup(
  directory: string,
  backup: Backup,
  progress: BackupProgress,
): Promise<VerifiedBackup> {
  const { folder, manifest } = backup;
  const file = join(folder, parts.snapshot);
  const read = await fileDigest(file).catch(() => undefined);
  if (read?.digest !== manifest.snapshot.sha256) {
    throw invalid(
      `the record of the backup ${folder} ${read ? 'is not as it was taken: its digest is another' : 'cannot be read'}; restore another backup`,
    );
  }
  const snapshot = openSnapshot(file);
  try {
    refuseOther(snapshot, backup);
    progress.begin(manifest.documents.count, manifest.documents.bytes);
    const lacking = new Set(manifest.lacking.map(({ digest }) => digest));
    const damaged: LackingDocument[] = [];
    for (const shard of shards) {
      for (const { digest, size } of snapshot.named(shard)) {
        if (lacking.has(digest)) continue;
        const reason = await examine(join(documentsOf(directory), shard, digest), digest);
        if (reason) damaged.push({ digest, reason });
        progress.advance(size);
      }
    }
    return { ...backup, damaged };
  } finally {
    snapshot.close();
  }
}

/** The error that a backup is not what it should be. */
export function invalid(text: string): EngineError {
  return new EngineError('BACKUP_INVALID', text);
}

/** @throws EngineError BACKUP_INVALID when the manifest is not that of the snapshot */
function refuseOther(snapshot: Snapshot, { folder, manifest }: Backup): void {
  const { messages, unfinished, documents } = snapshot.facts();
  const isSame =
    messages === manifest.messages &&
    unfinished === manifest.unfinished &&
    documents.count === manifest.documents.count &&
    snapshot.production().id === manifest.production.id &&
    snapshot.damage().length === 0;
  if (isSame) return;
  throw invalid(
    `the record of the backup ${folder} is not what its manifest says; restore another backup`,
  );
}

async function examine(
  path: string,
  digest: string,
): Promise<LackingDocument['reason'] | undefined> {
  if (!(await stat(path).catch(() => undefined))) return 'missing';
  const read = await fileDigest(path).catch(() => undefined);
  return read?.digest === digest ? undefined : 'damaged';
}
