import type { Database } from 'better-sqlite3';
import type { ErrorStatus, MessageHeader, MessageStatus, Outcome } from '@consort/core';
import { EngineError, mayBecome } from '@consort/core/record';
import { nameBody } from './bodies.ts';
import { messageInserter } from './insert-message.ts';
import { errorOf, headerOf } from './message-row.ts';
import type { MessageTable } from './schema.ts';

/** Who responds, when it is not the host the request was for; and the key of the send, when a handler does. */
export interface Responder {
  readonly source: string;
  readonly sourceType: MessageHeader['sourceBusinessType'];
  readonly parent?: { readonly id: number; readonly index: number } | undefined;
}

/** The steps that every end of a message is made of. */
export interface Endings {
  row(id: number): MessageTable | undefined;
  /** Gives a message its last status. `responseId` is what a request then corresponds to. */
  end(row: MessageTable, outcome: Outcome, responseId?: number | null): void;
  /**
   * Records the response to a request in the queue its sender has named, and makes the two correspond.
   * One that comes too late is Discarded at once.
   */
  respond(request: MessageTable, outcome: Outcome, responder?: Responder): MessageHeader;
  /** Nothing is waited for any more: what is still to come is Discarded when it comes, what is here now. */
  closeInstance(instanceId: number): void;
}

/** Prepares them. */
export function endings(database: Database): Endings {
  const insert = messageInserter(database);
  const selectRow = database.prepare<[number], MessageTable>(`SELECT * FROM messages WHERE id = ?`);
  const update = database.prepare(
    `UPDATE messages SET status = ?, time_processed = ?, next_attempt_at = NULL, claim_owner = NULL,
        note = ?, is_error = max(is_error, ?), failed_at = ?,
        error_code = ?, error_text = ?, error_origin_host = ?, error_origin_code = ?,
        corresponding_message_id = ?
      WHERE id = ?`,
  );
  const correspond = database.prepare(
    `UPDATE messages SET corresponding_message_id = ?, expires_at = NULL
      WHERE id = ? AND corresponding_message_id IS NULL`,
  );

  const selectAwaited = database.prepare<[number], MessageTable>(
    `SELECT * FROM messages WHERE awaited_by = ?`,
  );
  const handled = database.prepare(
    `UPDATE messages SET awaited_by = NULL, expires_at = NULL WHERE id = ?`,
  );
  const dropState = database.prepare(`DELETE FROM instances WHERE id = ?`);

  function end(
    row: MessageTable,
    outcome: Outcome,
    responseId: number | null = row.corresponding_message_id,
  ): void {
    requireStep(row, outcome.status);
    const now = new Date().toISOString();
    // A response that brings its request's error keeps it, however its own leg ends.
    const error =
      'error' in outcome ? outcome.error : row.type === 'Response' ? errorOf(row) : undefined;
    update.run(
      outcome.status,
      now,
      'note' in outcome ? outcome.note : null,
      'error' in outcome ? 1 : 0,
      'error' in outcome ? now : null,
      error?.code ?? null,
      error?.text ?? null,
      error?.origin?.host ?? null,
      error?.origin?.code ?? null,
      responseId,
      row.id,
    );
  }

  function respond(request: MessageTable, outcome: Outcome, responder?: Responder): MessageHeader {
    const body = outcome.status === 'Completed' ? outcome.body : undefined;
    const { id } = insert({
      type: 'Response',
      session: { id: request.session_id, superSession: request.super_session },
      priority: request.priority,
      instance: request.business_process_id ?? undefined,
      completionKey: request.completion_key ?? undefined,
      source: responder?.source ?? request.target_config_name,
      sourceType:
        responder?.sourceType ??
        (request.target_business_type as MessageHeader['sourceBusinessType']),
      target: request.source_config_name,
      targetType: request.source_business_type as MessageHeader['targetBusinessType'],
      queue: request.return_queue_name ?? request.source_config_name,
      correspondingMessageId: request.id,
      parent: responder?.parent,
      body: body && nameBody(body),
      error: errorFor(outcome),
      ...latenessOf(request),
    });
    correspond.run(id, request.id);
    return headerOf(selectRow.get(id)!);
  }

  function closeInstance(instanceId: number): void {
    const note = 'its process instance had ended';
    for (const request of selectAwaited.all(instanceId)) {
      handled.run(request.id);
      if (request.status === 'Deferred' && request.target_business_type === 'Unknown') {
        end(request, { status: 'Discarded', note });
      }
      const response = selectRow.get(request.corresponding_message_id ?? 0);
      if (response?.status === 'Queued') end(response, { status: 'Discarded', note });
    }
    dropState.run(instanceId);
  }

  return { row: (id) => selectRow.get(id), end, respond, closeInstance };
}

/** @throws EngineError STATUS_ILLEGAL */
export function requireStep(row: MessageTable, to: MessageStatus): void {
  if (!mayBecome(row.status as MessageStatus, to)) throw illegal(row, to);
}

/** The error of a step that the table of statuses does not have. */
export function illegal(row: MessageTable, to: MessageStatus): EngineError {
  return new EngineError(
    'STATUS_ILLEGAL',
    `message ${row.id} cannot become ${to}: it is ${row.status}`,
  );
}

/** What becomes of a response that nobody waits for any more. */
function latenessOf(request: MessageTable): { status?: 'Discarded'; note?: string } {
  const isForInstance = request.business_process_id !== null;
  if (request.timed_out_at !== null) {
    return {
      status: 'Discarded',
      note: `came after its sender had stopped waiting, at ${request.timed_out_at}`,
    };
  }
  if (isForInstance && request.awaited_by === null) {
    return { status: 'Discarded', note: 'its process instance had ended' };
  }
  return {};
}

/** What whoever waits for the response is told: also that nothing will come of a message set aside. */
function errorFor(outcome: Outcome): ErrorStatus | undefined {
  if (outcome.status === 'Completed') return undefined;
  if (outcome.status === 'Error') return outcome.error;
  if (outcome.status === 'Aborted') return { code: 'ABORTED', text: outcome.note };
  const reason = outcome.status === 'Suspended' ? outcome.error.text : outcome.note;
  return { code: 'REQUEST_FAILED', text: `the request was set aside: ${reason}` };
}
