import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Adds what a purge needs: who still has a body, and the documents whose last message is gone. */
export const purge: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `CREATE INDEX messages_body ON messages (body_digest) WHERE body_digest IS NOT NULL`,
  `CREATE TABLE unreferenced_documents (digest TEXT PRIMARY KEY, since TEXT NOT NULL)`,
];
