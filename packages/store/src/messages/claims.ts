import type { Database } from 'better-sqlite3';
import type { Claim, ClaimedMessage } from '@consort/core';
import type { Calls } from './calls.ts';
import { answeredOf, bodyJson, errorOf, messageOf, type MessageRow } from './message-row.ts';
import type { MessageTable } from './schema.ts';
import { claimLost } from './sends.ts';

/** Where a message stands in its queue. */
type Place = Pick<MessageTable, 'id' | 'priority'>;
type AnsweredColumns = Parameters<typeof answeredOf>[0];

/** Who works on what: claims, and how they are given back. */
export function claims(
  database: Database,
): Pick<Calls, 'claim' | 'retrying' | 'requeue' | 'recover' | 'pending' | 'depth' | 'troubles'> {
  const countDelivered = database
    .prepare<[string], number>(
      `SELECT count(*) FROM messages
        WHERE target_queue_name = ? AND status = 'Delivered'
          AND (type = 'Request' OR business_process_id IS NOT NULL)`,
    )
    .pluck();
  const oldestOf = (messages: string) =>
    database.prepare<[Record<string, unknown>], Place>(`${messages} ORDER BY priority, id LIMIT 1`);
  const oldestRequest = oldestOf(queuedOf('Request', ''));
  const oldestResponse = oldestOf(queuedOf('Response', `AND ${isReady}`));
  const oldestAnswer = oldestOf(queuedOf('Response', 'AND business_process_id IS NULL'));
  const selectDisabled = database
    .prepare<[string], number>(`SELECT 1 FROM disabled_hosts WHERE name = ?`)
    .pluck();
  const take = database.prepare(
    `UPDATE messages SET status = 'Delivered', fence = fence + 1, claim_owner = ?,
        time_delivered = ?, next_attempt_at = NULL
      WHERE id = ? AND status = 'Queued'`,
  );
  const selectClaimed = database.prepare<[number], MessageRow>(
    `SELECT *, ${bodyJson} FROM messages WHERE id = ?`,
  );
  const selectAnswered = database.prepare<[number], AnsweredColumns>(
    `SELECT answered_status, answered_note, answered_at FROM messages WHERE id = ?`,
  );
  const noteAttempt = database.prepare(
    `UPDATE messages SET attempts = attempts + 1, next_attempt_at = ?, failed_at = ?,
        error_code = ?, error_text = ?, error_origin_host = ?, error_origin_code = ?
      WHERE id = ? AND fence = ? AND status = 'Delivered'`,
  );
  const giveBack = database.prepare(
    `UPDATE messages SET status = 'Queued', ${released} WHERE id = ? AND fence = ? AND status = 'Delivered'`,
  );
  const giveBackAll = database.prepare(
    `UPDATE messages SET status = 'Queued', ${released}
      WHERE status = 'Delivered' AND target_queue_name IN (SELECT value FROM json_each(?))
        AND coalesce(claim_owner, '') NOT IN (SELECT value FROM json_each(?))`,
  );
  const selectPriority = database
    .prepare<[number], number>('SELECT priority FROM messages WHERE id = ?')
    .pluck();
  const selectPending = database.prepare<
    [Record<string, unknown>],
    { id: number; sessionId: number; bodyType: string; fence: number }
  >(
    `SELECT p.id, m.session_id AS sessionId, coalesce(m.body_type, 'empty') AS bodyType, m.fence
      FROM (${queued('AND (priority, id) > (:priority, :after)')}
        ORDER BY priority, id LIMIT :limit) p
      JOIN messages m ON m.id = p.id ORDER BY p.priority, p.id`,
  );
  const countQueued = database
    .prepare<[string], number>(
      `SELECT count(*) FROM messages WHERE target_queue_name = ? AND status = 'Queued'`,
    )
    .pluck();
  // A session waits for what its queued messages are behind, and that may wait in its turn.
  const selectTroubles = database.prepare<[{ sessionId: number }], MessageTable>(
    `WITH RECURSIVE waiting (session) AS (
        VALUES (:sessionId)
        UNION
        SELECT ahead.session_id FROM waiting
          JOIN messages own ON own.session_id = waiting.session AND own.status = 'Queued'
          JOIN messages ahead ON ahead.target_queue_name = own.target_queue_name
            AND ahead.status = 'Delivered' AND ahead.type = 'Request'
      )
      SELECT error_code, error_text, error_origin_host, error_origin_code
        FROM waiting JOIN messages ON messages.session_id = waiting.session
        WHERE status IN ('Queued', 'Delivered', 'Deferred') AND failed_at IS NOT NULL
        ORDER BY session_id = :sessionId DESC, failed_at DESC, id DESC`,
  );

  /** Two looks: SQLite needs ten times as long to merge the two kinds itself. */
  function oldest(queue: string): Place | undefined {
    const request = oldestRequest.get({ queue });
    const response = oldestResponse.get({ queue });
    if (!request || !response) return request ?? response;
    const order = request.priority - response.priority || request.id - response.id;
    return order < 0 ? request : response;
  }

  function claimed(id: number): ClaimedMessage | undefined {
    const row = selectClaimed.get(id);
    if (!row) return undefined;
    const request = row.type === 'Response' ? row.corresponding_message_id : null;
    const answered = request === null ? undefined : selectAnswered.get(request);
    const requestAnswered = answered && answeredOf(answered);
    return {
      ...messageOf(row),
      claim: { messageId: row.id, fence: row.fence },
      ...(requestAnswered ? { requestAnswered } : {}),
    };
  }

  return {
    claim(host, poolSize, owner) {
      if (selectDisabled.get(host) !== undefined) return undefined;
      const isFull = (countDelivered.get(host) ?? 0) >= poolSize;
      const place = isFull ? oldestAnswer.get({ queue: host }) : oldest(host);
      if (!place) return undefined;
      take.run(owner, new Date().toISOString(), place.id);
      return claimed(place.id);
    },

    retrying({ messageId, fence }, error, nextAttemptAt) {
      const { changes } = noteAttempt.run(
        nextAttemptAt,
        new Date().toISOString(),
        error.code,
        error.text,
        error.origin?.host ?? null,
        error.origin?.code ?? null,
        messageId,
        fence,
      );
      if (changes === 0) throw claimLost('note a failed attempt of', messageId);
    },

    requeue({ messageId, fence }: Claim) {
      if (giveBack.run(messageId, fence).changes === 0) throw claimLost('give back', messageId);
    },

    recover: (queues, liveOwners) =>
      giveBackAll.run(JSON.stringify(queues), JSON.stringify(liveOwners)).changes,

    pending(host, afterId, limit) {
      const priority = selectPriority.get(afterId) ?? 0;
      return selectPending.all({ queue: host, priority, after: afterId, limit });
    },

    depth: (host) => countQueued.get(host) ?? 0,

    troubles: (sessionId) => selectTroubles.all({ sessionId }).flatMap((row) => errorOf(row) ?? []),
  };
}

// The place in the queue is the id, so that a message that was given back is the next to be claimed.
const released = `claim_owner = NULL, time_delivered = NULL, next_attempt_at = NULL`;

// One ordered branch per type: the index has the type before the lane, so that a service's responses are found at
// once however many requests wait.
function queued(where = ''): string {
  return `${queuedOf('Request', where)} UNION ALL ${queuedOf('Response', `AND ${isReady} ${where}`)}`;
}

// The + hides the queue's name from the planner, which would prepare the statement anew for each value it is given, at
// twenty times its cost; the plan is the same for all of them.
function queuedOf(type: string, where: string): string {
  return `SELECT id, priority FROM messages
    WHERE target_queue_name = +:queue AND status = 'Queued' AND type = '${type}' ${where}`;
}

// A process instance handles one thing at a time: its request first, then its responses, each by itself.
const isReady = `(business_process_id IS NULL
  OR EXISTS (SELECT 1 FROM messages i WHERE i.id = messages.business_process_id AND i.status = 'Deferred')
  AND NOT EXISTS (SELECT 1 FROM messages busy
    WHERE busy.target_queue_name = +:queue AND busy.status = 'Delivered' AND busy.type = 'Response'
      AND busy.business_process_id = messages.business_process_id))`;
