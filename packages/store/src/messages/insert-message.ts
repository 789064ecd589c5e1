import type { Database } from 'better-sqlite3';
import type {
  Arrival,
  BusinessType,
  ErrorStatus,
  Invocation,
  MessageStatus,
  MessageType,
} from '@consort/core';
import { bodyKeeper, type NamedBody } from './bodies.ts';
import { freshQueuesOf } from './fresh-queues.ts';

/** A message that is to be recorded. */
export interface NewMessage {
  readonly type: MessageType;
  /** Default Queued. */
  readonly status?: MessageStatus;
  /** Default Queue. */
  readonly invocation?: Invocation | undefined;
  /** The process instance it belongs to. */
  readonly instance?: number | undefined;
  /** Whether the instance has yet to handle the response to this request. */
  readonly isAwaited?: boolean;
  readonly completionKey?: string | undefined;
  readonly expiresAt?: string | undefined;
  /** Absent for the first message of a session. */
  readonly session?: { readonly id: number; readonly superSession: string | null } | undefined;
  /** The place in `priorities`. */
  readonly priority: number;
  readonly source: string;
  readonly sourceType: BusinessType;
  readonly target: string;
  readonly targetType: BusinessType;
  readonly queue: string;
  /** The queue the response goes to; `sync` for one of its own. */
  readonly returnQueue?: { readonly name: string } | 'sync' | undefined;
  readonly correspondingMessageId?: number;
  /** Whether other responses to the request follow. */
  readonly isPartial?: boolean;
  readonly parent?: { readonly id: number; readonly index: number } | undefined;
  readonly body?: NamedBody | undefined;
  readonly description?: string | undefined;
  readonly error?: ErrorStatus | undefined;
  readonly note?: string;
  readonly arrival?: Arrival | undefined;
}

const columns = [
  'id',
  'session_id',
  'super_session',
  'type',
  'invocation',
  'priority',
  'status',
  'business_process_id',
  'awaited_by',
  'completion_key',
  'expires_at',
  'source_config_name',
  'source_business_type',
  'target_config_name',
  'target_business_type',
  'target_queue_name',
  'return_queue_name',
  'corresponding_message_id',
  'is_partial',
  'parent_id',
  'call_index',
  'body_type',
  'body_digest',
  'description',
  'time_created',
  'time_queued',
  'is_error',
  'error_code',
  'error_text',
  'error_origin_host',
  'error_origin_code',
  'note',
  'document_digest',
  'document_size',
  'transfer_syntax_uid',
  'association_id',
  'peer_address',
  'calling_ae_title',
  'called_ae_title',
  'modality',
] as const;

/** Makes the function that records a message with its body, and returns its id and session. */
export function messageInserter(
  database: Database,
): (message: NewMessage) => { readonly id: number; readonly sessionId: number } {
  const keepBody = bodyKeeper(database);
  const fresh = freshQueuesOf(database);
  // The id is needed in its own row, as session and in the name of the return queue.
  const nextId = database
    .prepare<[], number>(
      `SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'messages'), 0) + 1`,
    )
    .pluck();
  const insert = database.prepare(
    `INSERT INTO messages (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );

  return (message) => {
    const { body, error, arrival, status = 'Queued' } = message;
    if (body) keepBody(body);
    if (status === 'Queued') fresh.add(message.queue);
    const id = nextId.get() ?? 1;
    const sessionId = message.session?.id ?? id;
    const now = new Date().toISOString();
    insert.run(
      id,
      sessionId,
      message.session?.superSession ?? null,
      message.type,
      message.invocation ?? 'Queue',
      message.priority,
      status,
      message.instance ?? null,
      message.isAwaited ? (message.instance ?? null) : null,
      message.completionKey ?? null,
      message.expiresAt ?? null,
      message.source,
      message.sourceType,
      message.target,
      message.targetType,
      message.queue,
      message.returnQueue === 'sync' ? `_SyncCall:${id}` : (message.returnQueue?.name ?? null),
      message.correspondingMessageId ?? null,
      message.isPartial ? 1 : null,
      message.parent?.id ?? null,
      message.parent?.index ?? null,
      body?.type ?? null,
      body?.digest ?? null,
      message.description ?? null,
      now,
      now,
      error ? 1 : 0,
      error?.code ?? null,
      error?.text ?? null,
      error?.origin?.host ?? null,
      error?.origin?.code ?? null,
      message.note ?? null,
      body?.document?.digest ?? null,
      body?.document?.size ?? null,
      body?.document?.transferSyntaxUid ?? null,
      arrival?.associationId ?? null,
      arrival?.peerAddress ?? null,
      arrival?.callingAeTitle ?? null,
      arrival?.calledAeTitle ?? null,
      body?.document?.attributes.modality ?? null,
    );
    return { id, sessionId };
  };
}
