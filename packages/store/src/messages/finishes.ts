import type { Database } from 'better-sqlite3';
import {
  EngineError,
  mayBecome,
  type ErrorStatus,
  type MessageHeader,
  type MessageStatus,
  type Outcome,
} from '@consort/core';
import { nameBody } from './bodies.ts';
import { RecordedError, type Calls } from './calls.ts';
import { messageInserter } from './insert-message.ts';
import { errorOf, headerOf, messageOf, type MessageRow } from './message-row.ts';
import type { MessageTable } from './schema.ts';
import { alreadyAnswered, claimLost } from './sends.ts';

/** How messages end, and the responses that come of it. */
export function finishes(database: Database): Pick<Calls, 'finish' | 'takeResponse' | 'answered'> {
  const insert = messageInserter(database);
  const selectRow = database.prepare<[number], MessageTable>(`SELECT * FROM messages WHERE id = ?`);
  const selectWithBody = database.prepare<[number], MessageRow>(
    `SELECT m.*, b.json AS body_json
      FROM messages m LEFT JOIN bodies b ON b.digest = m.body_digest WHERE m.id = ?`,
  );
  const selectResponseId = database
    .prepare<[number], number>(
      `SELECT corresponding_message_id FROM messages WHERE id = ? AND type = 'Request'`,
    )
    .pluck();
  const end = database.prepare(
    `UPDATE messages SET status = ?, time_processed = ?, next_attempt_at = NULL, claim_owner = NULL,
        note = ?, is_error = max(is_error, ?), failed_at = ?,
        error_code = ?, error_text = ?, error_origin_host = ?, error_origin_code = ?,
        corresponding_message_id = ?
      WHERE id = ?`,
  );
  const takeAndComplete = database.prepare(
    `UPDATE messages SET status = 'Completed', time_delivered = ?, time_processed = ?
      WHERE id = ? AND status = 'Queued'`,
  );
  const noteAnswered = database.prepare(
    `UPDATE messages SET answered_status = ?, answered_note = ?, answered_at = ?
      WHERE id = ? AND answered_status IS NULL`,
  );

  function endMessage(row: MessageTable, outcome: Outcome, responseId: number | null): void {
    const now = new Date().toISOString();
    // A response that brings its request's error keeps it, however its own leg ends.
    const error =
      outcome.status === 'Error'
        ? outcome.error
        : row.type === 'Response'
          ? errorOf(row)
          : undefined;
    end.run(
      outcome.status,
      now,
      outcome.status === 'Discarded' ? outcome.note : null,
      outcome.status === 'Error' ? 1 : 0,
      outcome.status === 'Error' ? now : null,
      error?.code ?? null,
      error?.text ?? null,
      error?.origin?.host ?? null,
      error?.origin?.code ?? null,
      responseId,
      row.id,
    );
  }

  function respond(request: MessageTable, queue: string, outcome: Outcome): number {
    const body = outcome.status === 'Completed' ? outcome.body : undefined;
    const { id } = insert({
      type: 'Response',
      session: { id: request.session_id, superSession: request.super_session },
      priority: request.priority,
      source: request.target_config_name,
      sourceType: request.target_business_type as MessageHeader['sourceBusinessType'],
      target: request.source_config_name,
      targetType: request.source_business_type as MessageHeader['targetBusinessType'],
      queue,
      correspondingMessageId: request.id,
      body: body && nameBody(body),
      error: errorFor(outcome),
    });
    return id;
  }

  return {
    finish({ messageId, fence }, outcome) {
      const row = selectRow.get(messageId);
      if (row?.status !== 'Delivered' || row.fence !== fence) throw claimLost('finish', messageId);
      requireStep(row, outcome.status);
      const { corresponding_message_id: other, return_queue_name: returnQueue } = row;
      if (row.type === 'Response' || returnQueue === null) {
        endMessage(row, outcome, other);
        return undefined;
      }
      if (other === null) {
        const responseId = respond(row, returnQueue, outcome);
        endMessage(row, outcome, responseId);
        const response = selectRow.get(responseId);
        return response && headerOf(response);
      }
      if (outcome.status !== 'Completed' || outcome.body === undefined) {
        endMessage(row, outcome, other);
        return undefined;
      }
      const { code, message } = alreadyAnswered(row.target_config_name, messageId);
      endMessage(row, { status: 'Error', error: { code, text: message } }, other);
      throw new RecordedError(alreadyAnswered(row.target_config_name, messageId));
    },

    takeResponse(requestId) {
      const responseId = selectResponseId.get(requestId);
      if (responseId === undefined || responseId === null) return undefined;
      const now = new Date().toISOString();
      takeAndComplete.run(now, now, responseId);
      const row = selectWithBody.get(responseId);
      if (row && row.status !== 'Completed') throw illegal(row, 'Completed');
      return row && messageOf(row);
    },

    answered(requestId, { status, note }) {
      const { changes } = noteAnswered.run(
        status,
        note ?? null,
        new Date().toISOString(),
        requestId,
      );
      if (changes === 0 && !selectRow.get(requestId)) {
        throw new EngineError(
          'NOT_FOUND',
          `cannot note what the peer of message ${requestId} was told: there is no such message`,
        );
      }
    },
  };
}

function requireStep(row: MessageTable, to: MessageStatus): void {
  if (!mayBecome(row.status as MessageStatus, to)) throw illegal(row, to);
}

function illegal(row: MessageTable, to: MessageStatus): EngineError {
  return new EngineError(
    'STATUS_ILLEGAL',
    `message ${row.id} cannot become ${to}: it is ${row.status}`,
  );
}

/** What whoever waits for the response is told: also that nothing will come of a message set aside. */
function errorFor(outcome: Outcome): ErrorStatus | undefined {
  if (outcome.status === 'Completed') return undefined;
  if (outcome.status === 'Error') return outcome.error;
  return { code: 'REQUEST_FAILED', text: `the request was set aside: ${outcome.note}` };
}
