import { readdir, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { shards } from '../documents/shards.ts';
import { backupsIn, documentsOf } from './backup-directory.ts';
import { parts } from './manifest.ts';
import { openSnapshot, type Snapshot } from './snapshot.ts';

/** What a backup directory has lost of its oldest. */
export interface Pruned {
  readonly backups: number;
  readonly documents: number;
}

/**
 * Removes all backups of a directory but the newest, and the documents that none of those names.
 * @param keep how many backups stay, from 1
 * @throws whatever the file system throws; SQLite's own error when one that stays cannot be read: then no document goes
 */
export async function pruneBackups(directory: string, keep: number): Promise<Pruned> {
  const backups = await backupsIn(directory);
  const leaving = backups.slice(keep);
  for (const { folder } of leaving) {
    // Without its manifest it is none, whatever stops the rest.
    await unlink(join(folder, parts.manifest));
    await rm(folder, { recursive: true });
  }
  const snapshots: Snapshot[] = [];
  try {
    for (const { folder } of backups.slice(0, keep))
      snapshots.push(openSnapshot(join(folder, parts.snapshot)));
    let documents = 0;
    for (const shard of shards) documents += await pruneShard(directory, shard, snapshots);
    return { backups: leaving.length, documents };
  } finally {
    for (const snapshot of snapshots) snapshot.close();
  }
}

async function pruneShard(
  directory: string,
  shard: string,
  snapshots: readonly Snapshot[],
): Promise<number> {
  const folder = join(documentsOf(directory), shard);
  const present = await readdir(folder);
  if (present.length === 0) return 0;
  const named = new Set(snapshots.flatMap((one) => one.named(shard).map(({ digest }) => digest)));
  const leaving = present.filter((name) => !named.has(name));
  for (const name of leaving) await unlink(join(folder, name));
  return leaving.length;
}
