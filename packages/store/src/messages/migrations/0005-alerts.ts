import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Adds alerts, and what they are made of: failures and last successes by host, who sent when to which service. */
export const alerts: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const lastOfMessage = `coalesce(new.failed_at, new.time_processed, new.time_delivered),
  coalesce(new.error_code, 'HANDLER_FAILED'), new.id`;

/** Counts one failure of a host; what it was is kept of the last one only. */
function counted(column: string, host: string, last: string): string {
  return `INSERT INTO failures (host, ${column}, last_at, last_code, last_message)
    VALUES (${host}, 1, ${last})
    ON CONFLICT DO UPDATE SET ${column} = ${column} + 1, last_at = excluded.last_at,
      last_code = excluded.last_code, last_message = excluded.last_message`;
}

const statements = [
  `CREATE TABLE alerts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    condition TEXT NOT NULL,
    host TEXT NOT NULL,
    calling_ae_title TEXT,
    text TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    last_at TEXT,
    count INTEGER,
    note TEXT,
    changed_at TEXT NOT NULL,
    started_message INTEGER,
    ended_message INTEGER
  )`,
  `CREATE UNIQUE INDEX alerts_open ON alerts (condition, host, coalesce(calling_ae_title, ''))
    WHERE ended_at IS NULL`,
  `CREATE INDEX alerts_changed ON alerts (changed_at)`,

  // Counted as they are recorded, and never counted down: a purge takes nothing from them.
  `CREATE TABLE failures (
    host TEXT PRIMARY KEY,
    failed INTEGER NOT NULL DEFAULT 0,
    retried INTEGER NOT NULL DEFAULT 0,
    logged INTEGER NOT NULL DEFAULT 0,
    last_at TEXT NOT NULL,
    last_code TEXT NOT NULL,
    last_message INTEGER
  ) WITHOUT ROWID`,
  // A process instance that fails ends its request and the response it had in hand: one failure.
  `CREATE TRIGGER messages_failed_for_good AFTER UPDATE OF status ON messages
    WHEN new.status IN ('Error', 'Suspended') AND old.status IN ('Delivered', 'Deferred')
      AND new.type = 'Request'
    BEGIN ${counted('failed', 'new.target_queue_name', lastOfMessage)}; END`,
  `CREATE TRIGGER messages_failed_attempt AFTER UPDATE OF attempts ON messages
    WHEN new.attempts > old.attempts
    BEGIN ${counted('retried', 'new.target_queue_name', lastOfMessage)}; END`,
  `CREATE TRIGGER events_error AFTER INSERT ON events
    WHEN new.type = 'Error' AND new.host IS NOT NULL
    BEGIN ${counted('logged', 'new.host', 'new.time, new.code, new.message_id')}; END`,
  // How far each host's failures have been dealt with; the empty name has the last event about threads.
  `CREATE TABLE alert_marks (
    host TEXT PRIMARY KEY,
    failed INTEGER NOT NULL DEFAULT 0,
    retried INTEGER NOT NULL DEFAULT 0,
    logged INTEGER NOT NULL DEFAULT 0,
    pending_since TEXT
  ) WITHOUT ROWID`,

  // When a message of a queue last ended well: in the same step as it is counted.
  `ALTER TABLE tallies ADD COLUMN last_good_at TEXT`,
  `DROP TRIGGER messages_ended`,
  `CREATE TRIGGER messages_ended AFTER UPDATE OF status ON messages
    WHEN new.status IN ('Completed', 'Error', 'Discarded') AND old.status <> new.status
      AND new.target_queue_name NOT GLOB '_SyncCall:*'
    BEGIN
      INSERT INTO tallies (queue, status, messages, last_good_at)
        VALUES (new.target_queue_name, new.status, 1, iif(new.is_error, NULL, new.time_processed))
        ON CONFLICT DO UPDATE SET messages = messages + 1,
          last_good_at = coalesce(excluded.last_good_at, last_good_at);
    END`,

  // Small, and asked every few seconds: an index of all messages by service and title would grow for ever.
  `CREATE TABLE senders (
    host TEXT NOT NULL, calling_ae_title TEXT NOT NULL, last_at TEXT NOT NULL,
    PRIMARY KEY (host, calling_ae_title)
  ) WITHOUT ROWID`,
  `CREATE TRIGGER messages_brought AFTER INSERT ON messages
    WHEN new.source_business_type = 'BusinessService' AND new.type = 'Request'
      AND new.calling_ae_title IS NOT NULL
    BEGIN
      INSERT INTO senders (host, calling_ae_title, last_at)
        VALUES (new.source_config_name, new.calling_ae_title, new.time_created)
        ON CONFLICT DO UPDATE SET last_at = excluded.last_at;
    END`,
];
