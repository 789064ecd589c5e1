import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, statfs, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DocumentStore } from '@consort/core';
import { EngineError, PermanentError } from '@consort/core/record';
import { diskError } from '../disk-error.ts';
import { syncDirectory } from '../sync-directory.ts';
import { bufferShelf } from './buffer-shelf.ts';
import { FileDocumentWriter } from './file-document-writer.ts';
import { putBack, removeDocument, setAside } from './remove-document.ts';
import { shards as shardNames } from './shards.ts';

/** What a document store is opened with. */
export interface DocumentStoreOptions {
  /** Part of the file system, from 0 to 1, that must be free for a document to be begun; default 0. */
  readonly refuseBelow?: number;
  /** Asked while less is free: whether a purge will make room, so that it is waited for. Default: none will. */
  readonly isRoomToCome?: () => Promise<boolean>;
}

/** The documents of a data directory. */
export interface DirectoryOfDocuments extends DocumentStore {
  /** Puts another part in the place of `DocumentStoreOptions.refuseBelow`; it holds from the next document on. */
  setRefuseBelow(part: number): void;
}

/**
 * Opens the documents of a data directory: files `<first 2 hex digits>/<SHA-256>`, and `tmp/` for those that are
 * being written, `removed/` for those on their way out. Folders are made where they are missing. Several threads may have the same directory open.
 * @throws EngineError STORE_UNAVAILABLE, DISK_FULL
 */
export async function openDocumentStore(
  directory: string,
  { refuseBelow = 0, isRoomToCome = async () => false }: DocumentStoreOptions = {},
): Promise<DirectoryOfDocuments> {
  const drafts = join(directory, 'tmp');
  const buffers = bufferShelf();
  const shards = new Map<string, Promise<FileHandle>>();
  // Random once, so that no other thread and no other run has the same names.
  const run = randomBytes(16).toString('hex');
  let drafted = 0;
  let broken: EngineError | undefined;

  try {
    await makeFolders(directory);
  } catch (error) {
    throw diskError(`cannot open the document store ${directory}`, error);
  }

  /** Gives a synced file its name, and brings the name to disk. */
  async function place(draft: string, digest: string): Promise<void> {
    if (broken) throw broken;
    const shard = digest.slice(0, 2);
    // When the name is taken, its bytes are these bytes, and replacing them changes nothing.
    await rename(draft, join(directory, shard, digest));
    const handle = await shardHandle(shard);
    await handle.sync().catch((error: unknown) => {
      // The kernel would report the next sync as good, although this name may not be on disk.
      broken ??= notSynced(join(directory, shard), error);
      throw broken;
    });
  }

  async function space(): Promise<{ size: number; free: number }> {
    const { bsize, blocks, bavail } = await statfs(directory);
    return { size: bsize * blocks, free: bsize * bavail };
  }

  let lastLook = { until: -Infinity, part: 1 };

  /** Looked at once a second at most, unless there is so little that it could be gone before. */
  async function freePart(): Promise<number> {
    if (performance.now() < lastLook.until) return lastLook.part;
    const { size, free } = await space();
    const lasts = (free - refuseBelow * size) / fastest;
    lastLook = { until: performance.now() + Math.min(1_000, lasts), part: free / size };
    return lastLook.part;
  }

  /** While a purge can make room it is waited for, to an end: the peer is kept waiting, and not refused at once. */
  async function waitForRoom(): Promise<void> {
    if (refuseBelow === 0) return;
    const end = performance.now() + longestWait;
    for (let part = await freePart(); part < refuseBelow; part = await freePart()) {
      const isLate = performance.now() > end;
      if (isLate || !(await isRoomToCome())) throw tooFull(directory, part, refuseBelow);
      await sleep(lookInterval);
    }
  }

  function shardHandle(shard: string): Promise<FileHandle> {
    const known = shards.get(shard);
    if (known) return known;
    const opening = open(join(directory, shard), 'r');
    shards.set(shard, opening);
    opening.catch(() => shards.delete(shard));
    return opening;
  }

  return {
    async create() {
      if (broken) throw broken;
      await waitForRoom();
      const path = join(drafts, `${run}-${++drafted}`);
      try {
        return new FileDocumentWriter(path, await open(path, 'wx+', 0o600), buffers, place);
      } catch (error) {
        throw diskError(`cannot begin a document in ${drafts}`, error);
      }
    },

    async open(digest) {
      if (!/^[0-9a-f]{64}$/.test(digest)) throw missing(digest, directory);
      try {
        return await open(join(directory, digest.slice(0, 2), digest), 'r').catch(
          (error: unknown) => {
            if (!isMissing(error)) throw error;
            return open(setAside(directory, digest), 'r');
          },
        );
      } catch (error) {
        if (isMissing(error)) throw missing(digest, directory);
        throw diskError(`cannot open document ${digest} in ${directory}`, error);
      }
    },

    remove: (digest, mayGo) => removeDocument(directory, digest, mayGo),

    space,

    setRefuseBelow(part) {
      refuseBelow = part;
      lastLook = { until: -Infinity, part: 1 };
    },

    async sweep() {
      try {
        await putBack(directory);
        const names = await readdir(drafts);
        for (const name of names) await unlink(join(drafts, name));
        return names.length;
      } catch (error) {
        throw diskError(`cannot empty ${drafts}`, error);
      }
    },

    async close() {
      const handles = await Promise.allSettled(shards.values());
      shards.clear();
      for (const result of handles) {
        if (result.status === 'fulfilled') await result.value.close();
      }
    },
  };
}

/** Milliseconds between two looks of somebody who waits for room. */
const lookInterval = 100;

/** Milliseconds: what is purged may have to wait itself, for the end of a backup say. */
const longestWait = 30_000;

/** Bytes that could be written in a millisecond. */
const fastest = 1_000_000;

/** Makes what is missing of `tmp` and the 256 shards. */
async function makeFolders(directory: string): Promise<void> {
  const made = await mkdir(directory, { recursive: true, mode: 0o700 });
  const present = new Set(await readdir(directory));
  const wanted = ['tmp', 'removed', ...shardNames];
  const lacking = wanted.filter((name) => !present.has(name));
  // Another thread may be making them at the same time; `recursive` lets it.
  const options = { recursive: true, mode: 0o700 };
  await Promise.all(lacking.map((name) => mkdir(join(directory, name), options)));
  if (lacking.length > 0) await syncDirectory(directory);
  if (made !== undefined) await syncDirectory(dirname(directory));
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function tooFull(directory: string, part: number, least: number): EngineError {
  const percent = (value: number) => `${Math.round(value * 1000) / 10} %`;
  return new EngineError(
    'DISK_FULL',
    `no document is begun in ${directory}: ${percent(part)} of its file system is free, less than retention.refuseBelow (${percent(least)}); ` +
      'make room, or see production purge',
  );
}

/** Permanent: something else has removed it, and a message that waited for it would hold up the ones behind it. */
function missing(digest: string, directory: string): PermanentError {
  return new PermanentError(
    'DOCUMENT_MISSING',
    `document ${JSON.stringify(digest.slice(0, 64))} is not in ${directory}; if it was there, restore it from a backup`,
  );
}

function notSynced(folder: string, cause: unknown): EngineError {
  const code = String((cause as NodeJS.ErrnoException).code);
  return new EngineError(
    'STORE_UNAVAILABLE',
    `cannot sync ${folder} (${code}): what was stored there may not be on disk; mend the disk and start the production again`,
    { cause },
  );
}
