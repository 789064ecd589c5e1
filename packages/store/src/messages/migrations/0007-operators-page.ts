import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Adds what the operators' page searches by, what hosts have done lately, the audit trail and saved searches. */
export const operatorsPage: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `ALTER TABLE documents ADD COLUMN patient_name TEXT`,
  // As it is searched: see nameKey in bodies.ts. SQLite folds the case of ASCII only.
  `ALTER TABLE documents ADD COLUMN patient_name_key TEXT`,
  `CREATE INDEX documents_patient_name ON documents (patient_name_key)
    WHERE patient_name_key IS NOT NULL`,
  `CREATE INDEX documents_series ON documents (series_instance_uid)
    WHERE series_instance_uid IS NOT NULL`,
  // Here, not with the document alone: half of all documents may have one modality, and lists are in the order of ids.
  `ALTER TABLE messages ADD COLUMN modality TEXT`,
  `UPDATE messages SET modality = (SELECT d.modality FROM documents d
      WHERE d.digest = document_digest AND d.transfer_syntax_uid = messages.transfer_syntax_uid)
    WHERE document_digest IS NOT NULL`,
  `CREATE INDEX messages_modality ON messages (modality, id) WHERE modality IS NOT NULL`,
  `CREATE INDEX messages_called ON messages (called_ae_title, id)
    WHERE called_ae_title IS NOT NULL`,
  `CREATE INDEX messages_errors ON messages (id, error_code, error_text)
    WHERE error_code IS NOT NULL`,

  // A bucket is ten seconds: the beginning of a time, 2026-01-01T12:00:3.
  `CREATE TABLE activity (
    bucket TEXT NOT NULL, host TEXT NOT NULL, source TEXT NOT NULL,
    ended INTEGER NOT NULL, failed INTEGER NOT NULL,
    wait INTEGER NOT NULL, run INTEGER NOT NULL, longest INTEGER NOT NULL,
    PRIMARY KEY (bucket, host, source)
  ) WITHOUT ROWID`,
  `CREATE TRIGGER messages_activity AFTER UPDATE OF status ON messages
    WHEN new.type = 'Request' AND new.target_business_type <> 'Unknown'
      AND new.status IN ('Completed', 'Error', 'Discarded', 'Aborted') AND old.status <> new.status
      AND new.time_processed IS NOT NULL
    BEGIN
      INSERT INTO activity (bucket, host, source, ended, failed, wait, run, longest)
        VALUES (substr(new.time_processed, 1, 18), new.target_config_name, new.source_config_name,
          1, new.status = 'Error',
          ${milliseconds('new.time_queued', 'coalesce(new.time_delivered, new.time_processed)')},
          ${milliseconds('coalesce(new.time_delivered, new.time_processed)', 'new.time_processed')},
          ${milliseconds('new.time_queued', 'new.time_processed')})
        ON CONFLICT DO UPDATE SET ended = ended + 1, failed = failed + excluded.failed,
          wait = wait + excluded.wait, run = run + excluded.run,
          longest = max(longest, excluded.longest);
    END`,
  // Once for each new bucket of a host, which takes few rows away.
  `CREATE TRIGGER activity_forgotten AFTER INSERT ON activity
    BEGIN
      DELETE FROM activity
        WHERE bucket < substr(strftime('%Y-%m-%dT%H:%M:%S', 'now', '-8 days'), 1, 18);
    END`,

  `CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time TEXT NOT NULL,
    user TEXT NOT NULL,
    address TEXT NOT NULL,
    action TEXT NOT NULL,
    what TEXT NOT NULL,
    result TEXT NOT NULL
  )`,
  `CREATE INDEX audit_time ON audit (time)`,
  `CREATE INDEX audit_user ON audit (user, id)`,
  // What is in the trail stays as it is.
  `CREATE TRIGGER audit_kept BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit trail is not changed'); END`,
  `CREATE TRIGGER audit_never_removed BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'nothing is removed from the audit trail'); END`,

  `CREATE TABLE saved_searches (
    user TEXT NOT NULL, name TEXT NOT NULL, filter TEXT NOT NULL,
    PRIMARY KEY (user, name)
  ) WITHOUT ROWID`,
];

/** SQL for the milliseconds between two times; a clock that was set back makes none of them. */
function milliseconds(from: string, to: string): string {
  return `max(0, CAST(round((unixepoch(${to}, 'subsec') - unixepoch(coalesce(${from}, ${to}), 'subsec')) * 1000) AS INTEGER))`;
}
