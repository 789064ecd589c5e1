import type { Database } from 'better-sqlite3';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { diskError } from '../disk-error.ts';
import { fileDigest } from '../file-digest.ts';
import { shards } from '../documents/shards.ts';
import { databaseFile } from '../messages/open-database.ts';
import { openToRead } from '../messages/open-message-reader.ts';

/** What was found of the documents of a data directory. */
export interface DocumentsInspection {
  readonly files: number;
  readonly bytes: number;
  /** Files that no message names, and that no purge is about to remove. */
  readonly unnamed: {
    readonly count: number;
    readonly bytes: number;
    readonly paths: readonly string[];
  };
  /** Documents that messages name and that are not there. */
  readonly missing: readonly NamedDocument[];
  /** Documents whose bytes have another digest than their name; only looked for when asked to. */
  readonly corrupt: readonly NamedDocument[];
}

/** A document with the messages that name it. */
export interface NamedDocument {
  readonly digest: string;
  readonly firstMessageId: number;
  readonly messages: number;
  /** How many of them are not finished, and so will fail. */
  readonly unfinished: number;
}

/** How to look. */
export interface InspectionOptions {
  readonly now: Date;
  /** Reads every document and compares its digest. */
  readonly isDeep: boolean;
  /** Told of each document that has been read. */
  readonly progress?: (bytes: number) => void;
}

/** A file is there a moment before the message that names it: younger ones are nobody's business, in milliseconds. */
const youth = 10 * 60_000;
/** Paths of unnamed files that are listed. */
const most = 100;

/**
 * Compares the documents of a data directory with the messages, both ways. It may run: what comes or goes meanwhile
 * is looked at twice.
 * @throws EngineError STORE_UNAVAILABLE, STORE_TOO_NEW
 */
export async function inspectDocuments(
  directory: string,
  options: InspectionOptions,
): Promise<DocumentsInspection> {
  const documents = join(directory, 'documents');
  let database: Database | undefined;
  try {
    database = openToRead(databaseFile(directory));
    const found = { files: 0, bytes: 0, unnamed: { count: 0, bytes: 0, paths: [] as string[] } };
    const missing: NamedDocument[] = [];
    const corrupt: NamedDocument[] = [];
    for (const shard of shards) {
      const result = await inspectShard(namesIn(database), join(documents, shard), shard, options);
      found.files += result.files;
      found.bytes += result.bytes;
      found.unnamed.count += result.unnamed.length;
      for (const { path, size } of result.unnamed) {
        found.unnamed.bytes += size;
        if (found.unnamed.paths.length < most) found.unnamed.paths.push(path);
      }
      missing.push(...result.missing);
      corrupt.push(...result.corrupt);
    }
    return { ...found, missing, corrupt };
  } catch (error) {
    throw diskError(`cannot look through the documents in ${documents}`, error);
  } finally {
    database?.close();
  }
}

type Names = ReturnType<typeof namesIn>;

/** What messages name, by the index of their documents. */
function namesIn(database: Database) {
  const selectNamed = database
    .prepare<[string, string], string>(
      `SELECT DISTINCT document_digest FROM messages
        WHERE document_digest >= ? AND document_digest < ?`,
    )
    .pluck();
  const selectOne = database.prepare<[string], Omit<NamedDocument, 'digest'>>(
    `SELECT min(id) AS firstMessageId, count(*) AS messages,
        coalesce(sum(status IN ('Created', 'Queued', 'Delivered', 'Deferred', 'Suspended')), 0)
          AS unfinished
      FROM messages WHERE document_digest = ?`,
  );
  const isLeaving = database
    .prepare<[string], number>(`SELECT 1 FROM unreferenced_documents WHERE digest = ?`)
    .pluck();
  return {
    /** The digests that begin with the two letters of a shard. */
    ofShard: (shard: string) => new Set(selectNamed.all(shard, `${shard}g`)),
    of(digest: string): NamedDocument | undefined {
      const named = selectOne.get(digest);
      return named && named.messages > 0 ? { digest, ...named } : undefined;
    },
    isLeaving: (digest: string) => isLeaving.get(digest) !== undefined,
  };
}

async function inspectShard(
  names: Names,
  folder: string,
  shard: string,
  { now, isDeep, progress }: InspectionOptions,
) {
  const named = names.ofShard(shard);
  const present = new Map<string, { readonly size: number; readonly mtimeMs: number }>();
  for (const name of await readdir(folder).catch(unlessGone([]))) {
    const file = await statOf(join(folder, name));
    if (file) present.set(name, file);
  }
  const unnamed = [...present]
    .filter(([name, { mtimeMs }]) => !named.has(name) && now.getTime() - mtimeMs > youth)
    .filter(([name]) => !names.of(name) && !names.isLeaving(name))
    .map(([name, { size }]) => ({ path: join(folder, name), size }));
  const missing: NamedDocument[] = [];
  const corrupt: NamedDocument[] = [];
  for (const digest of named) {
    // A purge takes the message first and the file after it, so the record is asked again last.
    const isThere = present.has(digest) || (await statOf(join(folder, digest))) !== undefined;
    const is = isThere && isDeep ? await digestOf(join(folder, digest), progress) : digest;
    const document = isThere && is === digest ? undefined : names.of(digest);
    if (!document) continue;
    if (isThere && is !== undefined) corrupt.push(document);
    // A file that was received again on its way out is put back at once.
    else if (!(await statOf(join(folder, digest)))) missing.push(document);
  }
  const bytes = [...present.values()].reduce((sum, { size }) => sum + size, 0);
  return { files: present.size, bytes, unnamed, missing, corrupt };
}

/** Undefined when it is gone. */
async function digestOf(
  path: string,
  progress: InspectionOptions['progress'],
): Promise<string | undefined> {
  try {
    const { digest, size } = await fileDigest(path);
    progress?.(size);
    return digest;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    // A disk that cannot give the bytes back has lost them.
    return 'unreadable';
  }
}

async function statOf(path: string) {
  const found = await stat(path).catch(unlessGone(undefined));
  return found?.isFile() ? { size: found.size, mtimeMs: found.mtimeMs } : undefined;
}

/** What stands for something that is not there; whatever else is wrong with it is thrown. */
function unlessGone<Value>(instead: Value) {
  return (error: NodeJS.ErrnoException): Value => {
    if (error.code === 'ENOENT') return instead;
    throw error;
  };
}
