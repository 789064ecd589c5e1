import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EngineError, type DocumentStore } from '@consort/core';
import { diskError } from '../disk-error.ts';
import { syncDirectory } from '../sync-directory.ts';
import { bufferShelf } from './buffer-shelf.ts';
import { FileDocumentWriter } from './file-document-writer.ts';

/**
 * Opens the documents of a data directory: files `<first 2 hex digits>/<SHA-256>`, and `tmp/` for those that are
 * being written. Folders are made where they are missing. Several threads may have the same directory open.
 * @throws EngineError STORE_UNAVAILABLE, DISK_FULL
 */
export async function openDocumentStore(directory: string): Promise<DocumentStore> {
  const drafts = join(directory, 'tmp');
  const buffers = bufferShelf();
  const shards = new Map<string, Promise<FileHandle>>();
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
      const path = join(drafts, randomBytes(16).toString('hex'));
      try {
        return new FileDocumentWriter(path, await open(path, 'wx+', 0o600), buffers, place);
      } catch (error) {
        throw diskError(`cannot begin a document in ${drafts}`, error);
      }
    },

    async open(digest) {
      if (!/^[0-9a-f]{64}$/.test(digest)) throw missing(digest, directory);
      try {
        return await open(join(directory, digest.slice(0, 2), digest), 'r');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw missing(digest, directory);
        throw diskError(`cannot open document ${digest} in ${directory}`, error);
      }
    },

    async sweep() {
      try {
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

/** Makes what is missing of `tmp` and the 256 shards. */
async function makeFolders(directory: string): Promise<void> {
  const made = await mkdir(directory, { recursive: true, mode: 0o700 });
  const present = new Set(await readdir(directory));
  const wanted = ['tmp', ...Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, '0'))];
  const lacking = wanted.filter((name) => !present.has(name));
  // Another thread may be making them at the same time; `recursive` lets it.
  const options = { recursive: true, mode: 0o700 };
  await Promise.all(lacking.map((name) => mkdir(join(directory, name), options)));
  if (lacking.length > 0) await syncDirectory(directory);
  if (made !== undefined) await syncDirectory(dirname(directory));
}

function missing(digest: string, directory: string): EngineError {
  return new EngineError(
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
