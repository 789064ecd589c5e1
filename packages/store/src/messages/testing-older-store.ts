import Database from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import { join } from 'node:path';
import { theRecord } from './migrations/0001-the-record.ts';
import { processInstances } from './migrations/0002-process-instances.ts';
import { receipts } from './migrations/0003-receipts.ts';
import { purge } from './migrations/0004-purge.ts';

/** Makes the record that a version without alerts (step 0005) has left, with requests queued for one host. */
export async function makeOlderStore(
  directory: string,
  host: string,
  bodies: readonly object[],
): Promise<void> {
  const database = new Database(join(directory, 'messages.db'));
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) });
  const steps = {
    '0001-the-record': theRecord,
    '0002-process-instances': processInstances,
    '0003-receipts': receipts,
    '0004-purge': purge,
  };
  const provider = { getMigrations: () => Promise.resolve(steps) };
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error) throw error;
  database.pragma('journal_mode = WAL');
  database.pragma('application_id = 1129206612');
  database.exec(`INSERT INTO production (row, id, name) VALUES (1, 'olderone', 'Older')`);
  const insertBody = database.prepare(
    `INSERT INTO bodies (digest, type, json) VALUES (?, 'test', ?)`,
  );
  const insertMessage = database.prepare(
    `INSERT INTO messages (session_id, type, priority, status, source_config_name,
        target_config_name, source_business_type, target_business_type, target_queue_name,
        body_type, body_digest, time_created, time_queued)
      VALUES (?, 'Request', 3, 'Queued', 'Door', :host, 'BusinessService', 'BusinessOperation',
        :host, 'test', ?, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z')`,
  );
  for (const [index, body] of bodies.entries()) {
    const digest = String(index).padStart(64, '0');
    insertBody.run(digest, JSON.stringify(body));
    insertMessage.run(index + 1, digest, { host });
  }
  database.close();
}
