import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Adds by which ids the messages of a time are found, and lists the messages of a host by their type too. */
export const messageTimes: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const bucketOf = (time: string) => `substr(${time}, 1, 15)`;

const statements = [
  // A bucket is ten minutes: the beginning of a time, 2026-01-01T12:0. A clock that was set back gives messages to a
  // bucket before the last one: `late_id` is the last of them. Each trigger notes it, as their order is SQLite's.
  `CREATE TABLE message_times (
    bucket TEXT PRIMARY KEY, first_id INTEGER NOT NULL, late_id INTEGER
  ) WITHOUT ROWID`,
  `INSERT INTO message_times (bucket, first_id, late_id)
    SELECT ${bucketOf('time_created')}, min(id), max(id) FROM messages GROUP BY 1`,
  `CREATE TRIGGER messages_timed AFTER INSERT ON messages
    WHEN NOT EXISTS (SELECT 1 FROM message_times WHERE bucket = ${bucketOf('new.time_created')})
    BEGIN
      INSERT INTO message_times (bucket, first_id, late_id)
        SELECT ${bucketOf('new.time_created')}, new.id,
          CASE WHEN ${bucketOf('new.time_created')} < max(bucket) THEN new.id END FROM message_times;
      DELETE FROM message_times
        WHERE bucket < (SELECT ${bucketOf('min(time_created)')} FROM messages);
    END`,
  `CREATE TRIGGER messages_timed_late AFTER INSERT ON messages
    WHEN ${bucketOf('new.time_created')} < (SELECT max(bucket) FROM message_times)
    BEGIN
      UPDATE message_times SET late_id = new.id WHERE bucket = ${bucketOf('new.time_created')};
    END`,
  // An operation sends no requests: whoever looks for them would otherwise read all that it has sent.
  `DROP INDEX messages_source`,
  `DROP INDEX messages_target`,
  `CREATE INDEX messages_source ON messages (source_config_name, type, id)`,
  `CREATE INDEX messages_target ON messages (target_config_name, type, id)`,
];
