import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { databaseFile } from './open-database.ts';

/** The schema of the record in a data directory; undefined where there is none, or none that can be read. */
export function recordedSchema(directory: string): string | undefined {
  const file = databaseFile(directory);
  if (!existsSync(file)) return undefined;
  try {
    const database = new Database(file, { readonly: true });
    try {
      const last = database.prepare('SELECT max(name) AS name FROM kysely_migration').get();
      return (last as { readonly name: string | null } | undefined)?.name ?? undefined;
    } finally {
      database.close();
    }
  } catch {
    return undefined;
  }
}
