import type { Database } from 'better-sqlite3';

const freshQueues = new WeakMap<Database, Set<string>>();

/** The queues in which something was queued since whoever looks at them has emptied the set. */
export function freshQueuesOf(database: Database): Set<string> {
  const known = freshQueues.get(database) ?? new Set<string>();
  freshQueues.set(database, known);
  return known;
}
