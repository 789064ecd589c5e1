import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Adds what a process instance, a timer and a deferred response need, and which hosts are disabled. */
export const processInstances: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `ALTER TABLE messages ADD COLUMN completion_key TEXT`,
  // When whoever waits for the response of this request stops waiting; a timer's hour.
  `ALTER TABLE messages ADD COLUMN expires_at TEXT`,
  `ALTER TABLE messages ADD COLUMN timed_out_at TEXT`,
  // The process instance that has not yet handled the response to this request.
  `ALTER TABLE messages ADD COLUMN awaited_by INTEGER`,
  `ALTER TABLE messages ADD COLUMN deferral TEXT`,
  // A response that came too late stays beside the one that was given instead.
  `DROP INDEX messages_response`,
  `CREATE UNIQUE INDEX messages_response ON messages (corresponding_message_id)
    WHERE type = 'Response' AND status <> 'Discarded'`,
  `CREATE INDEX messages_expiring ON messages (expires_at) WHERE expires_at IS NOT NULL`,
  `CREATE INDEX messages_awaited ON messages (awaited_by) WHERE awaited_by IS NOT NULL`,
  `CREATE UNIQUE INDEX messages_deferral ON messages (deferral) WHERE deferral IS NOT NULL`,
  `CREATE TABLE instances (id INTEGER PRIMARY KEY REFERENCES messages (id), state TEXT NOT NULL)`,
  `CREATE TABLE disabled_hosts (
    name TEXT PRIMARY KEY, since TEXT NOT NULL, disabled_by TEXT NOT NULL, reason TEXT
  )`,
];
