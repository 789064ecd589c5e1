import type { Database } from 'better-sqlite3';
import type { Calls } from './calls.ts';

/** What left the production, as those who took it have said. */
export function receipts(database: Database): Pick<Calls, 'delivered'> {
  // What has been said already keeps its hour: a handler that is run again after a crash says it twice.
  const keep = database.prepare(
    `INSERT INTO receipts (message_id, peer, status, digest, size, time)
      SELECT id, ?, ?, ?, ?, ? FROM messages WHERE id = ?
      ON CONFLICT DO UPDATE SET status = excluded.status, digest = excluded.digest,
        size = excluded.size, time = excluded.time
      WHERE status <> excluded.status OR digest <> excluded.digest OR size <> excluded.size`,
  );
  return {
    delivered(messageId, { peer, status, digest, size }) {
      keep.run(peer, status, digest, size, new Date().toISOString(), messageId);
    },
  };
}
