import type { Database } from 'better-sqlite3';
import type { HostFacts, WatchedHost } from '@consort/core';
import { priorities } from './message-row.ts';

/** Makes the function that gathers what the record says of a host; each part of it begins at an index. */
export function hostFacts(database: Database): (watched: WatchedHost) => HostFacts {
  const selectFailures = database.prepare<[{ host: string }], FailureRow>(
    `SELECT f.*, m.failed AS mark_failed, m.retried AS mark_retried, m.logged AS mark_logged,
        m.pending_since
      FROM (SELECT :host AS name)
      LEFT JOIN failures f ON f.host = name LEFT JOIN alert_marks m ON m.host = name`,
  );
  const selectDisabled = database
    .prepare<[string], number>(`SELECT 1 FROM disabled_hosts WHERE name = ?`)
    .pluck();
  const selectGood = database
    .prepare<[string], string | null>(
      `SELECT last_good_at FROM tallies WHERE queue = ? AND status = 'Completed'`,
    )
    .pluck();
  const selectActive = database
    .prepare<[{ host: string }], string | null>(
      `SELECT max(time) FROM (
        SELECT last_good_at AS time FROM tallies WHERE queue = :host AND status IN ('Completed', 'Discarded')
        UNION ALL SELECT last_at FROM failures WHERE host = :host
        UNION ALL SELECT * FROM (SELECT time_created FROM messages WHERE target_config_name = :host
          ORDER BY id DESC LIMIT 1)
        UNION ALL SELECT * FROM (SELECT time_created FROM messages WHERE source_config_name = :host
          ORDER BY id DESC LIMIT 1))`,
    )
    .pluck();
  const selectWaiting = database.prepare<[{ queue: string }], WaitingRow>(
    `SELECT min(time_queued) AS since, max(attempts > 0) AS isRetrying FROM messages
      WHERE id IN (${firstOfEachLane}
        UNION ALL SELECT id FROM messages WHERE target_queue_name = :queue AND status = 'Delivered')`,
  );
  const countQueued = database
    .prepare<[string], number>(
      `SELECT count(*) FROM messages WHERE target_queue_name = ? AND status = 'Queued'`,
    )
    .pluck();
  const selectSent = database
    .prepare<[string, string], string>(
      `SELECT last_at FROM senders WHERE host = ? AND calling_ae_title = ?`,
    )
    .pluck();

  return ({ host, hasQueueAlert, expected }) => {
    const failures = selectFailures.get({ host })!;
    const waiting = selectWaiting.get({ queue: host });
    const sent = expected.flatMap((title) => {
      const time = selectSent.get(host, title);
      return time === undefined ? [] : [[title, time] as const];
    });
    return {
      host,
      isDisabled: selectDisabled.get(host) !== undefined,
      ...failureFacts(failures),
      isRetrying: waiting?.isRetrying === 1,
      ...known('succeededAt', selectGood.get(host)),
      ...known('activeAt', selectActive.get({ host })),
      queued: hasQueueAlert ? (countQueued.get(host) ?? 0) : 0,
      ...known('waitingSince', waiting?.since),
      sentAt: Object.fromEntries(sent),
    };
  };
}

interface WaitingRow {
  readonly since: string | null;
  readonly isRetrying: number | null;
}

interface FailureRow {
  readonly failed: number | null;
  readonly retried: number | null;
  readonly logged: number | null;
  readonly last_at: string | null;
  readonly last_code: string;
  readonly last_message: number | null;
  readonly mark_failed: number | null;
  readonly mark_retried: number | null;
  readonly mark_logged: number | null;
  readonly pending_since: string | null;
}

function failureFacts(row: FailureRow): Pick<HostFacts, 'failures' | 'mark' | 'lastFailure'> {
  const { failed, retried, logged, last_at: time, last_code: code, last_message: messageId } = row;
  return {
    failures: { failed: failed ?? 0, retried: retried ?? 0, logged: logged ?? 0 },
    mark: {
      failed: row.mark_failed ?? 0,
      retried: row.mark_retried ?? 0,
      logged: row.mark_logged ?? 0,
      ...known('pendingSince', row.pending_since),
    },
    ...(time === null
      ? {}
      : { lastFailure: { time, code, ...(messageId === null ? {} : { messageId }) } }),
  };
}

// The oldest of a queue is the first of one of its lanes: to find it by its time would read the whole queue.
const firstOfEachLane = ['Request', 'Response']
  .flatMap((type) => priorities.map((_, priority) => ({ type, priority })))
  .map(
    ({ type, priority }) => `SELECT min(id) FROM messages WHERE target_queue_name = :queue
      AND status = 'Queued' AND type = '${type}' AND priority = ${priority}`,
  )
  .join(' UNION ALL ');

function known<Name extends string>(
  name: Name,
  value: string | null | undefined,
): { readonly [key in Name]?: string } {
  return value === null || value === undefined
    ? {}
    : ({ [name]: value } as { [key in Name]?: string });
}
