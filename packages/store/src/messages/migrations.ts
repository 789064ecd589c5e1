import type { Database } from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import { EngineError } from '@consort/core/record';
import { theRecord } from './migrations/0001-the-record.ts';
import { processInstances } from './migrations/0002-process-instances.ts';
import { receipts } from './migrations/0003-receipts.ts';
import { purge } from './migrations/0004-purge.ts';
import { alerts } from './migrations/0005-alerts.ts';
import { answersInPart } from './migrations/0006-answers-in-part.ts';
import { operatorsPage } from './migrations/0007-operators-page.ts';
import { studies } from './migrations/0008-studies.ts';
import { messageTimes } from './migrations/0009-message-times.ts';

/** Every step from an empty file to the present record. Names sort in the order of the steps. */
const migrations: Readonly<Record<string, Migration>> = {
  '0001-the-record': theRecord,
  '0002-process-instances': processInstances,
  '0003-receipts': receipts,
  '0004-purge': purge,
  '0005-alerts': alerts,
  '0006-answers-in-part': answersInPart,
  '0007-operators-page': operatorsPage,
  '0008-studies': studies,
  '0009-message-times': messageTimes,
};

/** The name of the last step: the present schema. */
export const presentSchema: string = Object.keys(migrations).at(-1) ?? '';

/**
 * Brings a database to the present schema, as one transaction.
 * @throws whatever SQLite throws: the database is as it was
 */
export async function migrate(database: Database): Promise<void> {
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) });
  const provider = { getMigrations: () => Promise.resolve({ ...migrations }) };
  // Kysely does not do it for SQLite: a crash half-way would leave a schema that no step starts from.
  database.exec('BEGIN IMMEDIATE');
  try {
    const { error } = await new Migrator({ db, provider }).migrateToLatest();
    if (error) throw error;
    database.exec('COMMIT');
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/**
 * Refuses a store that has steps this version does not know.
 * @throws EngineError STORE_TOO_NEW
 */
export function refuseNewer(database: Database, file: string): void {
  const unknown = stepsOf(database).find((name) => !(name in migrations));
  if (unknown === undefined) return;
  throw new EngineError(
    'STORE_TOO_NEW',
    `cannot use ${file}: a newer version has written it (step ${unknown}); install that version again`,
  );
}

/** The steps that this version has and a database lacks, oldest first; none when it is up to date. */
export function missingSteps(database: Database): readonly string[] {
  const done = stepsOf(database);
  return Object.keys(migrations).filter((name) => !done.includes(name));
}

/** The steps a database has been through, oldest first: what its schema is. */
export function stepsOf(database: Database): readonly string[] {
  return database
    .prepare<[], string>('SELECT name FROM kysely_migration ORDER BY name')
    .pluck()
    .all();
}
