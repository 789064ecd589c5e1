import type { Database } from 'better-sqlite3';
import type { MessageHeader } from '@consort/core';
import { EngineError } from '@consort/core/record';
import { RecordedError, type Calls } from './calls.ts';
import { endings, illegal, requireStep } from './endings.ts';
import { bodyJson, messageOf, type MessageRow } from './message-row.ts';
import { alreadyAnswered, claimLost } from './sends.ts';

/** How messages end, and the responses that come of it. */
export function finishes(
  database: Database,
): Pick<Calls, 'finish' | 'takeResponse' | 'timeOut' | 'answered'> {
  const { row: rowOf, end, respond, closeInstance } = endings(database);
  const selectWithBody = database.prepare<[number], MessageRow>(
    `SELECT *, ${bodyJson} FROM messages WHERE id = ?`,
  );
  const selectResponseId = database
    .prepare<[number], number>(
      `SELECT corresponding_message_id FROM messages WHERE id = ? AND type = 'Request'`,
    )
    .pluck();
  const takeAndComplete = database.prepare(
    `UPDATE messages SET status = 'Completed', time_delivered = ?, time_processed = ?
      WHERE id = ? AND status = 'Queued'`,
  );
  const noteTimeOut = database.prepare(
    `UPDATE messages SET timed_out_at = ?
      WHERE id = ? AND corresponding_message_id IS NULL AND timed_out_at IS NULL`,
  );
  const stopWaiting = database.prepare(`UPDATE messages SET timed_out_at = ? WHERE id = ?`);
  const noteAnswered = database.prepare(
    `UPDATE messages SET answered_status = ?, answered_note = ?, answered_at = ?
      WHERE id = ? AND answered_status IS NULL`,
  );

  function takeResponse(requestId: number) {
    const responseId = selectResponseId.get(requestId);
    if (responseId === undefined || responseId === null) return undefined;
    const now = new Date().toISOString();
    takeAndComplete.run(now, now, responseId);
    const row = selectWithBody.get(responseId);
    // What came too late is no response to whoever had stopped waiting.
    if (row?.status === 'Discarded') return undefined;
    if (row && row.status !== 'Completed') throw illegal(row, 'Completed');
    return row && messageOf(row);
  }

  return {
    finish({ messageId, fence }, outcome): MessageHeader | undefined {
      const row = rowOf(messageId);
      if (row?.status !== 'Delivered' || row.fence !== fence) throw claimLost('finish', messageId);
      requireStep(row, outcome.status);
      if (row.target_business_type === 'BusinessProcess') closeInstance(messageId);
      if (row.type === 'Response' || row.return_queue_name === null) {
        end(row, outcome);
        return undefined;
      }
      if (row.corresponding_message_id === null || row.timed_out_at !== null) {
        const response = respond(row, outcome);
        end(row, outcome, row.corresponding_message_id ?? response.id);
        // A suspended request may run again: its sender has had its answer by then.
        if (outcome.status === 'Suspended') stopWaiting.run(new Date().toISOString(), messageId);
        return response.status === 'Queued' ? response : undefined;
      }
      if (outcome.status !== 'Completed' || outcome.body === undefined) {
        end(row, outcome);
        return undefined;
      }
      const error = alreadyAnswered(row.target_config_name, messageId);
      end(row, { status: 'Error', error: { code: error.code, text: error.message } });
      throw new RecordedError(error);
    },

    takeResponse,

    timeOut(requestId) {
      const response = takeResponse(requestId);
      if (!response) noteTimeOut.run(new Date().toISOString(), requestId);
      return response;
    },

    answered(requestId, { status, note }) {
      const { changes } = noteAnswered.run(
        status,
        note ?? null,
        new Date().toISOString(),
        requestId,
      );
      if (changes === 0 && !rowOf(requestId)) {
        throw new EngineError(
          'NOT_FOUND',
          `cannot note what the peer of message ${requestId} was told: there is no such message`,
        );
      }
    },
  };
}
