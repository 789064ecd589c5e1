import type { Database } from 'better-sqlite3';
import type { Calls } from './calls.ts';
import { headerOf } from './message-row.ts';
import type { MessageTable } from './schema.ts';

/** What waits in a queue, part by part. */
export function queueParts(database: Database): Pick<Calls, 'waiting'> {
  // Two ordered lists of the index of what is open, which SQLite merges.
  const ids = (type: string) =>
    `SELECT priority, id FROM messages WHERE target_queue_name = :host AND status = 'Queued'
      AND type = '${type}' AND (priority, id) > (:lane, :id)`;
  const select = database.prepare<[Record<string, unknown>], MessageTable>(
    `SELECT m.* FROM (${ids('Request')} UNION ALL ${ids('Response')}
        ORDER BY priority, id LIMIT :limit) q
      JOIN messages m ON m.id = q.id ORDER BY q.priority, q.id`,
  );
  return {
    waiting(host, limit, after = { lane: -1, id: 0 }) {
      const rows = select.all({ host, limit: limit + 1, ...after });
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      return {
        messages: shown.map(headerOf),
        ...(rows.length > limit && last ? { next: { lane: last.priority, id: last.id } } : {}),
      };
    },
  };
}
