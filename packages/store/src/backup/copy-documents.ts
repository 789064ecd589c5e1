import { stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { DocumentStore, DocumentWriter } from '@consort/core';
import { codeOf } from '@consort/core/record';
import { bufferSize } from '../documents/buffer-shelf.ts';
import { shards } from '../documents/shards.ts';
import { fileDigest } from '../file-digest.ts';
import type { LackingDocument } from './manifest.ts';
import type { NamedDocument, Snapshot } from './snapshot.ts';

/** Documents that are copied at the same time: while one is synced, others are read. */
const lanes = 4;

/** From where to where, and how. */
export interface CopyOptions {
  readonly source: DocumentStore;
  readonly target: DocumentStore;
  readonly targetDirectory: string;
  /** Also reads what is there already, and copies anew what is not what it should be. */
  readonly isDeep: boolean;
  /** Told of each document that is dealt with, with its bytes. */
  readonly progress: (bytes: number) => void;
}

/** What was done. */
export interface CopiedDocuments {
  /** Of those named, how many were not there yet, and their bytes. */
  readonly copied: number;
  readonly copiedBytes: number;
  readonly lacking: readonly LackingDocument[];
}

/**
 * Copies every document that a snapshot names and that is not there yet. Each is hashed on its way, and has its name only
 * when it is on disk.
 * @throws EngineError DISK_FULL, STORE_UNAVAILABLE when the target cannot be written
 */
export async function copyDocuments(
  snapshot: Snapshot,
  options: CopyOptions,
): Promise<CopiedDocuments> {
  let copied = 0;
  let copiedBytes = 0;
  const lacking: LackingDocument[] = [];

  async function deal({ digest, size }: NamedDocument): Promise<void> {
    const outcome = (await isThere(digest, size, options))
      ? 'there'
      : await copy(digest, options.source, options.target);
    options.progress(size);
    if (outcome === 'copied') {
      copied += 1;
      copiedBytes += size;
    } else if (outcome !== 'there') lacking.push({ digest, reason: outcome });
  }

  for (const shard of shards) {
    const left = [...snapshot.named(shard)];
    const lane = async () => {
      for (let next = left.pop(); next; next = left.pop()) await deal(next);
    };
    const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
    const failed = ended.find(({ status }) => status === 'rejected');
    if (failed) throw (failed as PromiseRejectedResult).reason;
  }
  return { copied, copiedBytes, lacking };
}

async function isThere(
  digest: string,
  size: number,
  { targetDirectory, isDeep }: CopyOptions,
): Promise<boolean> {
  const path = join(targetDirectory, digest.slice(0, 2), digest);
  const found = await stat(path).catch(() => undefined);
  if (found?.size !== size) return false;
  if (!isDeep) return true;
  return fileDigest(path).then(
    (read) => read.digest === digest,
    () => false,
  );
}

async function copy(
  digest: string,
  source: DocumentStore,
  target: DocumentStore,
): Promise<'copied' | LackingDocument['reason']> {
  // It is looked for in two places, and may be moved from the second to the first meanwhile.
  const handle = await source
    .open(digest)
    .catch(() => source.open(digest))
    .catch((error: unknown) => (codeOf(error) === 'DOCUMENT_MISSING' ? 'missing' : 'damaged'));
  if (typeof handle === 'string') return handle;
  const writer = await target.create().catch(closing(handle));
  try {
    const isRead = await readInto(writer, handle);
    if (!isRead) return 'damaged';
    // Other bytes get the name that is theirs, and are in nobody's way.
    return (await writer.commit()).digest === digest ? 'copied' : 'damaged';
  } finally {
    await writer.discard();
    await handle.close();
  }
}

/** False when the disk cannot give the bytes back: it has lost them. */
async function readInto(writer: DocumentWriter, handle: FileHandle): Promise<boolean> {
  const buffer = Buffer.allocUnsafe(bufferSize);
  for (;;) {
    const read = await handle.read(buffer, 0, buffer.length, writer.size).catch(() => undefined);
    if (!read) return false;
    if (read.bytesRead === 0) return true;
    await writer.write(buffer.subarray(0, read.bytesRead));
  }
}

function closing(handle: FileHandle) {
  return async (error: unknown): Promise<never> => {
    await handle.close();
    throw error;
  };
}
