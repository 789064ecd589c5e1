import type { Database } from 'better-sqlite3';
import type { DisabledHost, HostState, ProductionState, QueueCount } from '@consort/core';
import { activity } from './activity.ts';
import { alertReadings } from './alert-readings.ts';
import { auditReadings } from './audit.ts';
import type { Calls } from './calls.ts';
import { images } from './images.ts';
import { legs } from './legs.ts';
import { bodyJson, messageOf, withoutNull, type MessageRow } from './message-row.ts';
import { queueParts } from './queue-parts.ts';
import { savedSearchReadings } from './saved-searches.ts';
import { searches } from './searches.ts';
import { studies } from './studies.ts';

/** What can be read of the record without changing it; for the thread and for a reader of its own. */
export function readings(
  database: Database,
): Pick<
  Calls,
  | 'production'
  | 'hosts'
  | 'disabledHosts'
  | 'queues'
  | 'messages'
  | 'search'
  | 'waiting'
  | 'message'
  | 'session'
  | 'lastSession'
  | 'documentBytes'
  | 'events'
  | 'images'
  | 'studies'
  | 'legs'
  | 'place'
  | 'alerts'
  | 'activity'
  | 'traffic'
  | 'auditTrail'
  | 'savedSearches'
> {
  const selectProduction = database.prepare<[], Record<string, unknown>>(
    `SELECT id, name, status, file, pid, started_at AS startedAt, heartbeat_at AS heartbeatAt,
        recoveries, redis, endpoints
      FROM production WHERE name IS NOT NULL`,
  );
  const selectHosts = database.prepare<[], Record<string, unknown>>(
    `SELECT name, type, component, pool_size AS poolSize, status, detail FROM hosts
      ORDER BY ${kindOrder}, rowid`,
  );
  const selectDisabled = database.prepare<[], Record<string, unknown>>(
    `SELECT name, since, disabled_by AS by, reason FROM disabled_hosts ORDER BY name`,
  );
  const selectQueues = database.prepare<[], Record<string, unknown>>(queueCounts);
  const selectMessage = database.prepare<[number], MessageRow>(
    `SELECT *, ${bodyJson} FROM messages WHERE id = ?`,
  );
  const selectSession = database.prepare<[number], MessageRow>(
    `SELECT *, ${bodyJson} FROM messages WHERE session_id = ? ORDER BY id`,
  );
  const sumOfDocuments = database.prepare<[string], number>(documentBytesSince).pluck();
  const selectLastSession = database
    .prepare<[], number | null>(`SELECT max(session_id) FROM messages`)
    .pluck();

  return {
    production() {
      const row = selectProduction.get();
      if (!row) return undefined;
      const redis: unknown = JSON.parse(String(row['redis']));
      const endpoints: unknown = JSON.parse(String(row['endpoints']));
      return withoutNull({ ...row, redis, endpoints }) as unknown as ProductionState;
    },
    hosts: () => selectHosts.all().map((row) => withoutNull(row) as unknown as HostState),
    disabledHosts: () =>
      selectDisabled.all().map((row) => withoutNull(row) as unknown as DisabledHost),
    queues: () => selectQueues.all().map(queueCount),
    message(id) {
      const row = selectMessage.get(id);
      return row && messageOf(row);
    },
    session: (sessionId) => selectSession.all(sessionId).map(messageOf),
    lastSession: () => selectLastSession.get() ?? undefined,
    documentBytes: (since) => sumOfDocuments.get(since) ?? 0,
    ...searches(database),
    ...images(database),
    ...studies(database),
    ...legs(database),
    ...queueParts(database),
    ...activity(database),
    ...auditReadings(database),
    ...savedSearchReadings(database),
    alerts: alertReadings(database).alerts,
  };
}

const kindOrder = `CASE type WHEN 'BusinessService' THEN 0 WHEN 'BusinessProcess' THEN 1 ELSE 2 END`;

// A host that is not in the production any more is listed while messages wait for it.
const queueCounts = `
  WITH open AS (
    SELECT target_queue_name AS queue,
      sum(status = 'Queued') AS queued,
      sum(status = 'Delivered') AS delivered,
      min(CASE WHEN status = 'Queued' THEN id END) AS oldest
    FROM messages WHERE status = 'Queued' OR status = 'Delivered' GROUP BY target_queue_name
  ), names AS (
    SELECT name, ${kindOrder} AS kind, rowid AS place FROM hosts
    UNION ALL
    SELECT queue, 3, 0 FROM open
      WHERE queue NOT GLOB '_SyncCall:*' AND queue NOT IN (SELECT name FROM hosts)
  )
  SELECT names.name AS host,
    coalesce(open.queued, 0) AS queued,
    coalesce(open.delivered, 0) AS delivered,
    (SELECT count(*) FROM messages WHERE target_queue_name = names.name AND status = 'Delivered'
      AND attempts > 0) AS retrying,
    (SELECT messages FROM tallies WHERE queue = names.name AND status = 'Completed') AS completed,
    (SELECT messages FROM tallies WHERE queue = names.name AND status = 'Error') AS failed,
    (SELECT messages FROM tallies WHERE queue = names.name AND status = 'Discarded') AS discarded,
    (SELECT time_queued FROM messages WHERE id = open.oldest) AS oldestQueuedAt,
    last.id AS errorId, last.failed_at AS errorTime, last.error_code AS errorCode,
    last.error_text AS errorText
  FROM names
  LEFT JOIN open ON open.queue = names.name
  LEFT JOIN messages last ON last.id = (
    SELECT id FROM messages WHERE target_queue_name = names.name AND failed_at IS NOT NULL
      ORDER BY failed_at DESC, id DESC LIMIT 1)
  ORDER BY names.kind, names.place, names.name`;

function queueCount(row: Record<string, unknown>): QueueCount {
  const { errorId, errorTime, errorCode, errorText, completed, failed, discarded, ...rest } = row;
  const lastError =
    errorId === null
      ? null
      : { messageId: errorId, time: errorTime, code: errorCode, text: errorText };
  return withoutNull({
    ...rest,
    completed: completed ?? 0,
    failed: failed ?? 0,
    discarded: discarded ?? 0,
    lastError,
  }) as unknown as QueueCount;
}

/** Bytes of the documents that have come since a time, each once. */
export const documentBytesSince = `
  SELECT coalesce(sum(size), 0) FROM (SELECT max(document_size) AS size FROM messages
    WHERE time_created >= ? AND id = session_id AND document_digest IS NOT NULL
    GROUP BY document_digest)`;
