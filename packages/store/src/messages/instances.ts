import type { Database } from 'better-sqlite3';
import type { Json, PendingMessage } from '@consort/core';
import { RecordedError, type Calls } from './calls.ts';
import { endings } from './endings.ts';
import { bodyJson, messageOf, type MessageRow } from './message-row.ts';
import { alreadyAnswered, claimLost } from './sends.ts';

/** Process instances: requests that are Deferred, with a state, until the responses they wait for have come. */
export function instances(
  database: Database,
): Pick<Calls, 'awaited' | 'instance' | 'defer' | 'resume'> {
  const { row: rowOf, end, respond, closeInstance } = endings(database);
  const selectInstance = database.prepare<[number], MessageRow & { readonly state: string | null }>(
    `SELECT *, ${bodyJson}, (SELECT state FROM instances WHERE id = messages.id) AS state
      FROM messages WHERE id = ?`,
  );
  const keepState = database.prepare(
    `INSERT INTO instances (id, state) VALUES (?, ?)
      ON CONFLICT DO UPDATE SET state = excluded.state`,
  );
  const setDeferred = database.prepare(
    `UPDATE messages SET status = 'Deferred', claim_owner = NULL, next_attempt_at = NULL
      WHERE id = ?`,
  );
  const countAwaited = database
    .prepare<[number], number>(`SELECT count(*) FROM messages WHERE awaited_by = ?`)
    .pluck();
  const handled = database.prepare(
    `UPDATE messages SET awaited_by = NULL, expires_at = NULL WHERE id = ?`,
  );
  const selectReady = database.prepare<[number], PendingMessage>(
    `SELECT r.id, r.session_id AS sessionId, coalesce(r.body_type, 'empty') AS bodyType
      FROM messages q JOIN messages r ON r.id = q.corresponding_message_id
      WHERE q.awaited_by = ? AND r.status = 'Queued' ORDER BY r.priority, r.id`,
  );

  return {
    awaited: (instanceId) => countAwaited.get(instanceId) ?? 0,

    instance(id) {
      const row = selectInstance.get(id);
      if (!row || row.state === null || row.status !== 'Deferred') return undefined;
      return { request: messageOf(row), state: JSON.parse(row.state) as Json };
    },

    defer({ messageId, fence }, state) {
      const row = rowOf(messageId);
      if (row?.status !== 'Delivered' || row.fence !== fence) throw claimLost('defer', messageId);
      if (state === undefined && row.corresponding_message_id !== null) {
        // Whoever had the token was quicker than the handler that gave it out.
        end(row, { status: 'Completed' });
        return [];
      }
      setDeferred.run(messageId);
      if (state !== undefined) keepState.run(messageId, JSON.stringify(state));
      return selectReady.all(messageId);
    },

    resume({ messageId, fence }, { leg, state, end: outcome }) {
      const row = rowOf(messageId);
      if (row?.status !== 'Delivered' || row.fence !== fence) throw claimLost('finish', messageId);
      const instanceId = row.business_process_id ?? 0;
      const request = rowOf(instanceId);
      end(row, leg);
      handled.run(row.corresponding_message_id ?? 0);
      if (request?.status !== 'Deferred') return { ready: [] };
      if (!outcome) {
        keepState.run(instanceId, JSON.stringify(state));
        return { ready: selectReady.all(instanceId) };
      }
      closeInstance(instanceId);
      if (request.return_queue_name === null) {
        end(request, outcome);
        return { ready: [] };
      }
      if (request.corresponding_message_id === null || request.timed_out_at !== null) {
        const response = respond(request, outcome);
        end(request, outcome, request.corresponding_message_id ?? response.id);
        return { ready: [], ...(response.status === 'Queued' ? { response } : {}) };
      }
      if (outcome.status === 'Completed' && outcome.body !== undefined) {
        const error = alreadyAnswered(request.target_config_name, instanceId);
        end(request, { status: 'Error', error: { code: error.code, text: error.message } });
        throw new RecordedError(error);
      }
      end(request, outcome);
      return { ready: [] };
    },
  };
}
