import Database from 'better-sqlite3';
import { checkStore } from '../messages/open-database.ts';
import { stepsOf } from '../messages/migrations.ts';
import type { Manifest } from './manifest.ts';

/** A document that messages name, with its size in bytes. */
export interface NamedDocument {
  readonly digest: string;
  readonly size: number;
}

/** The copy of a record, open for reading; of this version or an older one. */
export interface Snapshot {
  /** The documents of one folder, see `shards`. */
  named(shard: string): readonly NamedDocument[];
  production(): SnapshotProduction;
  facts(): SnapshotFacts;
  /** What SQLite finds wrong with it, a line each; it reads the whole file. */
  damage(): readonly string[];
  close(): void;
}

/** The production of a record. `file` is its production file's path. */
export interface SnapshotProduction {
  readonly id: string;
  readonly name?: string;
  readonly file?: string;
}

/** What can be counted in a record. */
export type SnapshotFacts = Pick<Manifest, 'schema' | 'messages' | 'unfinished' | 'documents'>;

/**
 * Opens the database of a record, or a copy of it, for reading.
 * @throws EngineError STORE_TOO_NEW, STORE_UNAVAILABLE when it is no message store; SQLite's own error
 */
export function openSnapshot(file: string): Snapshot {
  const database = new Database(file, { readonly: true, fileMustExist: true, timeout: 5_000 });
  try {
    checkStore(database, file);
    return snapshotOf(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

function snapshotOf(database: Database.Database): Snapshot {
  const selectNamed = database.prepare<[string, string], NamedDocument>(
    `SELECT document_digest AS digest, max(document_size) AS size FROM messages
      WHERE document_digest >= ? AND document_digest < ? GROUP BY document_digest`,
  );
  const one = (sql: string) =>
    database.prepare<[], Readonly<Record<string, unknown>>>(sql).get() ?? {};

  return {
    named: (shard) => selectNamed.all(shard, `${shard}g`),
    production() {
      const { id, name, file } = one(`SELECT id, name, file FROM production`);
      return {
        id: String(id),
        ...(typeof name === 'string' ? { name } : {}),
        ...(typeof file === 'string' ? { file } : {}),
      };
    },
    facts() {
      const counted = one(
        `SELECT count(*) AS messages, coalesce(sum(status IN
            ('Created', 'Queued', 'Delivered', 'Deferred', 'Suspended')), 0) AS unfinished
          FROM messages`,
      );
      const documents = one(
        `SELECT count(*) AS count, coalesce(sum(size), 0) AS bytes
          FROM (SELECT max(document_size) AS size FROM messages
            WHERE document_digest IS NOT NULL GROUP BY document_digest)`,
      );
      return {
        schema: stepsOf(database).at(-1) ?? '',
        messages: Number(counted['messages']),
        unfinished: Number(counted['unfinished']),
        documents: { count: Number(documents['count']), bytes: Number(documents['bytes']) },
      };
    },
    damage() {
      const lines = database.prepare<[], string>('PRAGMA quick_check(5)').pluck().all();
      return lines.filter((line) => line !== 'ok');
    },
    close: () => void database.close(),
  };
}
