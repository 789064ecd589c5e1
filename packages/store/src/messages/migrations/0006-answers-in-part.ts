import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Adds what a request with several answers needs: which of them others follow, and when no more are wanted. */
export const answersInPart: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  // 1 for a response that is not the last one to its request.
  `ALTER TABLE messages ADD COLUMN is_partial INTEGER`,
  `ALTER TABLE messages ADD COLUMN cancelled_at TEXT`,
  // One last response for each request, besides those that came too late.
  `DROP INDEX messages_response`,
  `CREATE UNIQUE INDEX messages_response ON messages (corresponding_message_id)
    WHERE type = 'Response' AND status <> 'Discarded' AND is_partial IS NULL`,
];
