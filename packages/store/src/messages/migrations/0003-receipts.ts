import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Adds what left the production and who took it, since when a message fails, and the search by time. */
export const receipts: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  // One for a message and a peer: an operation that is run again after a crash adds no second.
  `CREATE TABLE receipts (
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    peer TEXT NOT NULL,
    status TEXT NOT NULL,
    digest TEXT NOT NULL,
    size INTEGER NOT NULL,
    time TEXT NOT NULL,
    PRIMARY KEY (message_id, peer)
  ) WITHOUT ROWID`,
  `CREATE INDEX messages_time ON messages (time_created)`,
  // `failed_at` is when it failed last; what is said to people is since when.
  `ALTER TABLE messages ADD COLUMN first_failed_at TEXT`,
  `CREATE TRIGGER messages_first_failed AFTER UPDATE OF failed_at ON messages
    WHEN new.failed_at IS NOT NULL AND new.first_failed_at IS NULL
    BEGIN
      UPDATE messages SET first_failed_at = new.failed_at WHERE id = new.id;
    END`,
];
