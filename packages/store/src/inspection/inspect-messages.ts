import type { Database } from 'better-sqlite3';
import { statSync } from 'node:fs';
import { diskError } from '../disk-error.ts';
import { databaseFile } from '../messages/open-database.ts';
import { openToRead } from '../messages/open-message-reader.ts';
import { documentBytesSince } from '../messages/readings.ts';

/** What was found of the messages of a data directory. */
export interface MessagesInspection {
  /** What SQLite's quick_check says is wrong, a line each; empty when nothing is. */
  readonly damage: readonly string[];
  /** Bytes of the database and of its write-ahead log. */
  readonly size: number;
  readonly logSize: number;
  readonly messages: number;
  readonly newest?: { readonly messageId: number; readonly time: string };
  /** The largest step back of the clock among the newest 100 000 messages: the first message after it. */
  readonly setBack?: {
    readonly messageId: number;
    readonly time: string;
    readonly seconds: number;
  };
  readonly lastDay: {
    readonly messages: number;
    /** Bytes of the documents that came, each once. */
    readonly documentBytes: number;
    /** Bytes of the data sets that were written to files, by host. */
    readonly fileBytes: Readonly<Record<string, number>>;
  };
}

/** Steps of the clock below this are its being kept right, in seconds. */
const smallStep = 1;

/**
 * Looks whether the messages of a data directory are in order: SQLite reads the whole database for it.
 * @throws EngineError STORE_UNAVAILABLE, STORE_TOO_NEW when they cannot be read at all
 */
export async function inspectMessages(directory: string, now: Date): Promise<MessagesInspection> {
  const file = databaseFile(directory);
  let database: Database | undefined;
  try {
    database = openToRead(file);
    const damage = damageOf(database);
    return {
      damage,
      size: sizeOf(file),
      logSize: sizeOf(`${file}-wal`),
      ...readFacts(database, now),
    };
  } catch (error) {
    throw diskError(`cannot look through the message store ${file}`, error);
  } finally {
    database?.close();
  }
}

function damageOf(database: Database): readonly string[] {
  const lines = database.prepare<[], string>('PRAGMA quick_check(20)').pluck().all();
  return lines.filter((line) => line !== 'ok');
}

function readFacts(
  database: Database,
  now: Date,
): Omit<MessagesInspection, 'damage' | 'size' | 'logSize'> {
  const dayAgo = new Date(now.getTime() - 86_400_000).toISOString();
  const newest = database
    .prepare<[], { messageId: number; time: string }>(
      `SELECT id AS messageId, time_created AS time FROM messages ORDER BY id DESC LIMIT 1`,
    )
    .get();
  const setBack = database.prepare<[number], NonNullable<MessagesInspection['setBack']>>(steps);
  const step = setBack.get(smallStep);
  const count = (sql: string, ...parameters: string[]) =>
    database
      .prepare<string[], number>(sql)
      .pluck()
      .get(...parameters) ?? 0;
  const files = database
    .prepare<[string], { host: string; bytes: number }>(
      `SELECT m.target_config_name AS host, sum(r.size) AS bytes
        FROM messages m JOIN receipts r ON r.message_id = m.id
        WHERE m.time_created >= ? AND r.peer GLOB 'file:*' GROUP BY host`,
    )
    .all(dayAgo);
  return {
    messages: count(`SELECT count(*) FROM messages`),
    ...(newest ? { newest } : {}),
    ...(step ? { setBack: step } : {}),
    lastDay: {
      messages: count(`SELECT count(*) FROM messages WHERE time_created >= ?`, dayAgo),
      documentBytes: count(documentBytesSince, dayAgo),
      fileBytes: Object.fromEntries(files.map(({ host, bytes }) => [host, bytes])),
    },
  };
}

const steps = `
  SELECT messageId, time, seconds FROM (
    SELECT id AS messageId, time_created AS time,
      86400 * (julianday(lag(time_created) OVER (ORDER BY id)) - julianday(time_created)) AS seconds
    FROM (SELECT id, time_created FROM messages ORDER BY id DESC LIMIT 100000)
  ) WHERE seconds > ? ORDER BY seconds DESC LIMIT 1`;

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
