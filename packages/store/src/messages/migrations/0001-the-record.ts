import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Makes the tables of the record. */
export const theRecord: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

// The priority is a number so that an index can sort by it: 0 HighSync, 1 Sync, 2 SimSync, 3 Async.
const messages = `
CREATE TABLE messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id INTEGER NOT NULL,
  super_session TEXT,
  type TEXT NOT NULL CHECK (type IN ('Request', 'Response')),
  invocation TEXT NOT NULL DEFAULT 'Queue',
  priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 3),
  status TEXT NOT NULL CHECK (status IN ('Created', 'Queued', 'Delivered', 'Completed', 'Deferred',
    'Discarded', 'Suspended', 'Aborted', 'Error')),
  source_config_name TEXT NOT NULL,
  target_config_name TEXT NOT NULL,
  source_business_type TEXT NOT NULL,
  target_business_type TEXT NOT NULL,
  target_queue_name TEXT NOT NULL,
  return_queue_name TEXT,
  corresponding_message_id INTEGER,
  business_process_id INTEGER,
  parent_id INTEGER,
  call_index INTEGER,
  body_type TEXT,
  body_digest TEXT REFERENCES bodies (digest),
  description TEXT,
  time_created TEXT NOT NULL,
  time_queued TEXT,
  time_delivered TEXT,
  time_processed TEXT,
  is_error INTEGER NOT NULL DEFAULT 0,
  error_code TEXT,
  error_text TEXT,
  error_origin_host TEXT,
  error_origin_code TEXT,
  failed_at TEXT,
  resent TEXT,
  banked INTEGER,
  claim_owner TEXT,
  fence INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at TEXT,
  note TEXT,
  document_digest TEXT,
  document_size INTEGER,
  transfer_syntax_uid TEXT,
  association_id TEXT,
  peer_address TEXT,
  calling_ae_title TEXT,
  called_ae_title TEXT,
  answered_status TEXT,
  answered_note TEXT,
  answered_at TEXT,
  FOREIGN KEY (document_digest, transfer_syntax_uid)
    REFERENCES documents (digest, transfer_syntax_uid)
)`;

const statements = [
  `CREATE TABLE bodies (digest TEXT PRIMARY KEY, type TEXT NOT NULL, json TEXT NOT NULL)`,
  `CREATE TABLE documents (
    digest TEXT NOT NULL,
    transfer_syntax_uid TEXT NOT NULL,
    size INTEGER NOT NULL,
    sop_class_uid TEXT NOT NULL,
    patient_id TEXT,
    accession_number TEXT,
    study_instance_uid TEXT,
    series_instance_uid TEXT,
    sop_instance_uid TEXT,
    modality TEXT,
    PRIMARY KEY (digest, transfer_syntax_uid)
  )`,
  messages,
  // Claims, counts and what is pending. Small, whatever the size of the table: finished rows are not in it.
  // Written with OR, because SQLite does not see that one status implies an IN of several.
  `CREATE INDEX messages_open ON messages (target_queue_name, status, type, priority, id)
    WHERE status = 'Queued' OR status = 'Delivered'`,
  `CREATE UNIQUE INDEX messages_parent ON messages (parent_id, call_index)
    WHERE parent_id IS NOT NULL AND status <> 'Error'`,
  `CREATE UNIQUE INDEX messages_response ON messages (corresponding_message_id)
    WHERE type = 'Response'`,
  `CREATE INDEX messages_session ON messages (session_id, id)`,
  `CREATE INDEX messages_source ON messages (source_config_name, id)`,
  `CREATE INDEX messages_target ON messages (target_config_name, id)`,
  `CREATE INDEX messages_unusual ON messages (status, id)
    WHERE status IN ('Created', 'Deferred', 'Discarded', 'Suspended', 'Aborted', 'Error')`,
  `CREATE INDEX messages_failed ON messages (target_queue_name, failed_at)
    WHERE failed_at IS NOT NULL`,
  `CREATE INDEX messages_calling ON messages (calling_ae_title, id)
    WHERE calling_ae_title IS NOT NULL`,
  `CREATE INDEX messages_document ON messages (document_digest, id)
    WHERE document_digest IS NOT NULL`,
  `CREATE INDEX documents_patient ON documents (patient_id) WHERE patient_id IS NOT NULL`,
  `CREATE INDEX documents_accession ON documents (accession_number)
    WHERE accession_number IS NOT NULL`,
  `CREATE INDEX documents_study ON documents (study_instance_uid)
    WHERE study_instance_uid IS NOT NULL`,
  `CREATE INDEX documents_instance ON documents (sop_instance_uid)
    WHERE sop_instance_uid IS NOT NULL`,

  // How many messages of a queue have ended, and how: counting them would read the whole table.
  `CREATE TABLE tallies (
    queue TEXT NOT NULL, status TEXT NOT NULL, messages INTEGER NOT NULL,
    PRIMARY KEY (queue, status)
  ) WITHOUT ROWID`,
  `CREATE TRIGGER messages_ended AFTER UPDATE OF status ON messages
    WHEN new.status IN ('Completed', 'Error', 'Discarded') AND old.status <> new.status
      AND new.target_queue_name NOT GLOB '_SyncCall:*'
    BEGIN
      INSERT INTO tallies (queue, status, messages) VALUES (new.target_queue_name, new.status, 1)
        ON CONFLICT DO UPDATE SET messages = messages + 1;
    END`,
  `CREATE TRIGGER messages_removed AFTER DELETE ON messages
    WHEN old.status IN ('Completed', 'Error', 'Discarded')
    BEGIN
      UPDATE tallies SET messages = messages - 1
        WHERE queue = old.target_queue_name AND status = old.status;
    END`,

  `CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time TEXT NOT NULL,
    type TEXT NOT NULL,
    code TEXT NOT NULL,
    text TEXT NOT NULL,
    host TEXT,
    session_id INTEGER,
    message_id INTEGER,
    details TEXT
  )`,
  `CREATE INDEX events_time ON events (time)`,
  `CREATE INDEX events_type ON events (type, id)`,
  `CREATE INDEX events_code ON events (code, id)`,
  `CREATE INDEX events_host ON events (host, id) WHERE host IS NOT NULL`,
  `CREATE INDEX events_session ON events (session_id, id) WHERE session_id IS NOT NULL`,

  `CREATE TABLE hosts (
    name TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    component TEXT NOT NULL,
    pool_size INTEGER NOT NULL,
    status TEXT NOT NULL,
    detail TEXT
  )`,
  `CREATE TABLE production (
    row INTEGER PRIMARY KEY CHECK (row = 1),
    id TEXT NOT NULL,
    name TEXT,
    status TEXT NOT NULL DEFAULT 'Stopped',
    file TEXT,
    pid INTEGER,
    started_at TEXT,
    heartbeat_at TEXT,
    recoveries INTEGER NOT NULL DEFAULT 0,
    redis TEXT NOT NULL DEFAULT '{"status":"unknown"}',
    endpoints TEXT NOT NULL DEFAULT '{}'
  )`,
];
