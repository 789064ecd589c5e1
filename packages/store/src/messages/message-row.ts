import type {
  Answered,
  Arrival,
  ErrorStatus,
  Message,
  MessageBody,
  MessageHeader,
  Priority,
} from '@consort/core';
import type { MessageTable } from './schema.ts';

/** A row of `messages` with the JSON of its body. */
export interface MessageRow extends MessageTable {
  readonly body_json: string | null;
}

/**
 * The column of `MessageRow` that `messages` does not have. Not joined: for a single row a join with `bodies` takes
 * SQLite ten times as long.
 */
export const bodyJson = `(SELECT json FROM bodies WHERE digest = messages.body_digest) AS body_json`;

/** The lanes of a queue, first to last; the database holds the place in this list. */
export const priorities: readonly Priority[] = ['HighSync', 'Sync', 'SimSync', 'Async'];

/** The message a row holds. */
export function messageOf(row: MessageRow): Message {
  const header = headerOf(row);
  if (row.body_json === null) return { header };
  return { header, body: JSON.parse(row.body_json) as MessageBody };
}

/** The header a row holds; what is NULL there is absent here. */
export function headerOf(row: MessageTable): MessageHeader {
  return withoutNull({
    id: row.id,
    sessionId: row.session_id,
    superSession: row.super_session,
    type: row.type,
    invocation: row.invocation,
    priority: priorities[row.priority],
    status: row.status,
    sourceConfigName: row.source_config_name,
    targetConfigName: row.target_config_name,
    sourceBusinessType: row.source_business_type,
    targetBusinessType: row.target_business_type,
    targetQueueName: row.target_queue_name,
    returnQueueName: row.return_queue_name,
    correspondingMessageId: row.corresponding_message_id,
    businessProcessId: row.business_process_id,
    completionKey: row.completion_key,
    expiresAt: row.expires_at,
    messageBodyClassName: row.body_type,
    messageBodyId: row.body_digest,
    description: row.description,
    timeCreated: row.time_created,
    timeProcessed: row.time_processed,
    isError: row.is_error === 1,
    errorStatus: errorOf(row),
    resent: row.resent,
    banked: row.banked,
    timeQueued: row.time_queued,
    timeDelivered: row.time_delivered,
    attempts: row.attempts,
    firstFailedAt: row.first_failed_at,
    nextAttemptAt: row.next_attempt_at,
    note: row.note,
    arrival: arrivalOf(row),
    answered: answeredOf(row),
    isPartial: row.is_partial === 1 ? true : null,
    cancelledAt: row.cancelled_at,
  }) as unknown as MessageHeader;
}

/** The error a row holds. */
export function errorOf(
  row: Pick<MessageTable, 'error_code' | 'error_text' | 'error_origin_host' | 'error_origin_code'>,
): ErrorStatus | null {
  if (row.error_code === null) return null;
  const { error_origin_host: host, error_origin_code: code } = row;
  return {
    code: row.error_code,
    text: row.error_text ?? '',
    ...(host !== null && code !== null ? { origin: { host, code } } : {}),
  };
}

/** What the peer was told about the request in a row. */
export function answeredOf(
  row: Pick<MessageTable, 'answered_status' | 'answered_note' | 'answered_at'>,
): Answered | null {
  if (row.answered_status === null) return null;
  return withoutNull({
    status: row.answered_status,
    note: row.answered_note,
    time: row.answered_at,
  }) as unknown as Answered;
}

/** The entries of a row that are not NULL. */
export function withoutNull(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}

/** Who brought the message in a row. */
export function arrivalOf(row: MessageTable): Arrival | null {
  if (row.association_id === null) return null;
  const { calling_ae_title: callingAeTitle, called_ae_title: calledAeTitle } = row;
  return {
    associationId: row.association_id,
    peerAddress: row.peer_address ?? '',
    ...(callingAeTitle === null ? {} : { callingAeTitle }),
    ...(calledAeTitle === null ? {} : { calledAeTitle }),
  };
}
