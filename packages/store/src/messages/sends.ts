import type { Database } from 'better-sqlite3';
import { EngineError, PermanentError, type Claim, type NewRequest } from '@consort/core';
import { nameBody, type NamedBody } from './bodies.ts';
import type { Calls } from './calls.ts';
import { messageInserter } from './insert-message.ts';
import { priorities } from './message-row.ts';
import type { MessageTable } from './schema.ts';

type Session = { readonly id: number; readonly superSession: string | null };
type Key = { readonly id: number; readonly index: number };
type Earlier = Pick<
  MessageTable,
  'id' | 'session_id' | 'type' | 'status' | 'target_config_name' | 'body_digest'
>;

/** Records what is sent: requests, and a handler's own answers to a waiting service. */
export function sends(database: Database): Pick<Calls, 'send' | 'answer'> {
  const insert = messageInserter(database);
  const selectParent = database.prepare<
    [number, number],
    Pick<MessageTable, 'session_id' | 'super_session'>
  >(
    `SELECT session_id, super_session FROM messages
      WHERE id = ? AND fence = ? AND status = 'Delivered'`,
  );
  // A key may have several rows, all but the newest of them in Error.
  const selectByKey = database.prepare<[number, number], Earlier>(
    `SELECT id, session_id, type, status, target_config_name, body_digest FROM messages
      WHERE parent_id = ? AND call_index = ? AND status <> 'Error'`,
  );
  const selectWaiting = database.prepare<
    [number, string],
    Pick<MessageTable, 'id' | 'priority' | 'corresponding_message_id' | 'source_business_type'>
  >(
    `SELECT id, priority, corresponding_message_id, source_business_type FROM messages
      WHERE session_id = ? AND source_config_name = ? AND type = 'Request'
        AND source_business_type = 'BusinessService' AND return_queue_name IS NOT NULL
      ORDER BY corresponding_message_id IS NOT NULL, id LIMIT 1`,
  );
  const correspond = database.prepare(
    `UPDATE messages SET corresponding_message_id = ? WHERE id = ?`,
  );

  function sessionOf({ messageId, fence }: Claim): Session {
    const row = selectParent.get(messageId, fence);
    if (!row) throw claimLost('send from', messageId);
    return { id: row.session_id, superSession: row.super_session };
  }

  function earlier(key: Key, type: string, target: string, body: NamedBody) {
    const row = selectByKey.get(key.id, key.index);
    if (!row) return undefined;
    const isSame =
      row.type === type && row.target_config_name === target && row.body_digest === body.digest;
    if (!isSame) throw replayMismatch(key, row, target);
    return { id: row.id, sessionId: row.session_id, isNew: false };
  }

  return {
    send(request) {
      const body = nameBody(request.body);
      const session = request.parent && sessionOf(request.parent.claim);
      const key = request.parent && keyOf(request.parent);
      const sent = key && earlier(key, 'Request', request.target, body);
      if (sent) return sent;
      const inserted = insert({
        type: 'Request',
        session,
        priority: priorities.indexOf(request.priority),
        source: request.source,
        sourceType: request.sourceType,
        target: request.target,
        targetType: request.targetType,
        queue: request.target,
        returnQueue: returnQueue(request),
        parent: key,
        body,
        description: request.description,
        arrival: request.arrival,
      });
      return { ...inserted, isNew: true };
    },

    answer({ source, sourceType, service, body: said, parent }) {
      const body = nameBody(said);
      const session = sessionOf(parent.claim);
      const key = keyOf(parent);
      const sent = earlier(key, 'Response', service, body);
      if (sent) return sent;
      const request = selectWaiting.get(session.id, service);
      if (!request) throw answerUnexpected(source, service, session.id);
      if (request.corresponding_message_id !== null) throw alreadyAnswered(source, request.id);
      const inserted = insert({
        type: 'Response',
        session,
        priority: request.priority,
        source,
        sourceType,
        target: service,
        targetType: 'BusinessService',
        queue: service,
        correspondingMessageId: request.id,
        parent: key,
        body,
      });
      correspond.run(inserted.id, request.id);
      return { ...inserted, isNew: true };
    },
  };
}

/** The error of a second answer. */
export function alreadyAnswered(source: string, requestId: number): EngineError {
  return new PermanentError(
    'ALREADY_ANSWERED',
    `${source} cannot answer message ${requestId}: it has a response already; ` +
      'answer it once, by sendRequestAsync or by returning a body, not by both',
  );
}

/** The error of a worker whose message has been given to another. */
export function claimLost(action: string, messageId: number): EngineError {
  return new EngineError(
    'CLAIM_LOST',
    `cannot ${action} message ${messageId}: its claim has ended and whoever holds it now goes on with it`,
  );
}

function keyOf(parent: NonNullable<NewRequest['parent']>): Key {
  return { id: parent.claim.messageId, index: parent.index };
}

function returnQueue(request: NewRequest) {
  if (!request.responseRequired) return undefined;
  // A service's own workers bring it its answers; a handler that waits takes its answer itself.
  return request.sourceType === 'BusinessService' ? { name: request.source } : ('sync' as const);
}

function replayMismatch(key: Key, earlier: Earlier, target: string): EngineError {
  const what =
    earlier.target_config_name === target
      ? 'with another body'
      : `to ${target} instead of ${earlier.target_config_name}`;
  return new PermanentError(
    'REPLAY_MISMATCH',
    `the handler of message ${key.id}, run again, made its send number ${key.index + 1} ` +
      `(message ${earlier.id} of an earlier run) ${what}; ` +
      'a handler must send the same things in the same order whenever it runs',
  );
}

function answerUnexpected(source: string, service: string, sessionId: number): EngineError {
  return new PermanentError(
    'ANSWER_UNEXPECTED',
    `${source} cannot answer ${service}: session ${sessionId} holds no request from it that wants a response`,
  );
}
