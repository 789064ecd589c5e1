import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Adds a list of the studies, in the order in which they received their last image. */
export const studies: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

// What becomes of an image is not in it: that changes several times for each.
const statements = [
  // Images without a study are under the empty UID. No image came before `first_at` or after `last_at`; those that did
  // may have been purged, or the clock set back, so that the last one is not the one with the latest time.
  `CREATE TABLE studies (
    study_instance_uid TEXT PRIMARY KEY,
    last_id INTEGER NOT NULL,
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL
  ) WITHOUT ROWID`,
  `CREATE INDEX studies_last ON studies (last_id, first_at, last_at)`,
  `INSERT INTO studies
    SELECT coalesce(d.study_instance_uid, ''), max(m.id), min(m.time_created), max(m.time_created)
      FROM messages m JOIN documents d
        ON d.digest = m.document_digest AND d.transfer_syntax_uid = m.transfer_syntax_uid
      WHERE m.id = m.session_id AND d.sop_instance_uid IS NOT NULL
      GROUP BY coalesce(d.study_instance_uid, '')`,
  `CREATE TRIGGER messages_of_study AFTER INSERT ON messages
    WHEN new.id = new.session_id AND new.document_digest IS NOT NULL
    BEGIN
      INSERT INTO studies (study_instance_uid, last_id, first_at, last_at)
        SELECT coalesce(d.study_instance_uid, ''), new.id, new.time_created, new.time_created
          FROM documents d WHERE d.digest = new.document_digest AND d.transfer_syntax_uid = new.transfer_syntax_uid
            AND d.sop_instance_uid IS NOT NULL
        ON CONFLICT DO UPDATE SET last_id = excluded.last_id,
          first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at);
    END`,
  // A purge takes the oldest first: nearly always the last image of a study goes with its study.
  `CREATE TRIGGER messages_leave_study AFTER DELETE ON messages
    WHEN old.id = old.session_id AND old.document_digest IS NOT NULL
    BEGIN
      DELETE FROM studies WHERE last_id = old.id AND NOT EXISTS (${remaining('1')});
      UPDATE studies SET last_id = (${remaining('max(m.id)')}) WHERE last_id = old.id;
    END`,
];

/** The other images of the row of `studies`; in two ways, because NULL is found by no index. */
function remaining(what: string): string {
  const of = (condition: string) => `SELECT d.rowid FROM documents d WHERE ${condition}`;
  return `SELECT ${what} FROM documents d CROSS JOIN messages m
    WHERE d.rowid IN (${of('d.study_instance_uid = studies.study_instance_uid')}
        UNION ALL ${of(`studies.study_instance_uid = '' AND d.study_instance_uid IS NULL`)})
      AND d.sop_instance_uid IS NOT NULL AND m.document_digest = d.digest
      AND m.transfer_syntax_uid = d.transfer_syntax_uid AND m.id = m.session_id`;
}
