import type { Database } from 'better-sqlite3';
import type { Claim, MessageBody, NewRequest } from '@consort/core';
import { EngineError, PermanentError } from '@consort/core/record';
import { nameBody } from './bodies.ts';
import type { Calls } from './calls.ts';
import { endings } from './endings.ts';
import { messageInserter } from './insert-message.ts';
import { priorities } from './message-row.ts';
import type { MessageTable } from './schema.ts';

type Session = { readonly id: number; readonly superSession: string | null };
type Parent = NonNullable<NewRequest['parent']>;
type Sent = { readonly id: number; readonly sessionId: number };
type Key = { readonly id: number; readonly index: number };
type Earlier = Pick<
  MessageTable,
  'id' | 'session_id' | 'type' | 'status' | 'target_config_name' | 'body_digest'
>;

/** Records what is sent: requests, timers, and a handler's own answers. */
export function sends(database: Database): Pick<Calls, 'send' | 'setTimer' | 'answer' | 'reply'> {
  const insert = messageInserter(database);
  const { respond, row: rowOf, end } = endings(database);
  const { earlier, parentOf } = earlierSends(database);
  const selectWaiting = database
    .prepare<[number, string], number>(
      `SELECT id FROM messages
        WHERE session_id = ? AND source_config_name = ? AND type = 'Request'
          AND source_business_type = 'BusinessService' AND return_queue_name IS NOT NULL
        ORDER BY corresponding_message_id IS NOT NULL, id LIMIT 1`,
    )
    .pluck();
  // Its document finds it: hardly ever do many messages have the same one, and a source has all of its own.
  const selectBrought = database.prepare<[string, string, string], Sent>(
    `SELECT id, session_id AS sessionId FROM messages
      WHERE document_digest = ? AND +source_config_name = ? AND association_id = ?
        AND type = 'Request' AND parent_id IS NULL
      ORDER BY id LIMIT 1`,
  );
  const claimInProc = database.prepare(
    `UPDATE messages SET status = 'Delivered', fence = fence + 1, claim_owner = ?, time_delivered = ?
      WHERE id = ? AND status IN ('Queued', 'Delivered')`,
  );
  // Up from the sender through everybody who waits for the message below. The + keeps the planner from looking at the
  // value, for which it would prepare the statement anew each time.
  const selectWaitingAt = database
    .prepare<[{ parent: number; target: string }], number>(
      `WITH RECURSIVE chain (id) AS (
          VALUES (:parent)
          UNION ALL
          SELECT m.parent_id FROM chain JOIN messages m ON m.id = chain.id
            WHERE m.return_queue_name = '_SyncCall:' || m.id AND m.parent_id IS NOT NULL
              AND m.timed_out_at IS NULL
        )
        SELECT m.id FROM chain JOIN messages m ON m.id = chain.id
          WHERE m.target_config_name = +:target LIMIT 1`,
    )
    .pluck();

  // The answers to failed sends of a key that the handler, which a crash had ended, was waiting for.
  const selectUntaken = database.prepare<[number, number, number], MessageTable>(
    `SELECT r.* FROM messages m JOIN messages r ON r.id = m.corresponding_message_id
      WHERE m.session_id = ? AND m.parent_id = ? AND m.call_index = ? AND m.status = 'Error'
        AND r.status = 'Queued' AND r.target_queue_name = '_SyncCall:' || m.id`,
  );

  /** A failed send is issued anew; nobody will take the answer of the one before. */
  function discardUntaken(sessionId: number, { id, index }: Key): void {
    for (const response of selectUntaken.all(sessionId, id, index)) {
      end(response, { status: 'Discarded', note: 'its request was sent again after a crash' });
    }
  }

  function broughtBefore({ source, arrival, body: { document } }: NewRequest) {
    if (!arrival || !document) return undefined;
    return selectBrought.get(document.digest, source, arrival.associationId);
  }

  /** Its sender runs it itself; one that a crash has left is its own again. */
  function claimedBy(id: number, owner: string): { claim?: Claim } {
    if (claimInProc.run(owner, new Date().toISOString(), id).changes === 0) return {};
    return { claim: { messageId: id, fence: rowOf(id)!.fence } };
  }

  return {
    send(request) {
      const { parent, inProc } = request;
      const sent = parent && earlier(parent, 'Request', request.target, request.body);
      if (sent) {
        const row = rowOf(sent.id);
        const isTimedOut =
          row !== undefined && row.timed_out_at !== null && row.corresponding_message_id === null;
        return {
          ...sent,
          ...(isTimedOut ? { isTimedOut } : {}),
          ...(inProc ? claimedBy(sent.id, inProc.owner) : {}),
        };
      }
      const brought = request.onlyOnce && broughtBefore(request);
      if (brought) return { ...brought, isNew: false };
      const from = parent && parentOf(parent.claim);
      // In its first run a handler has sent nothing before.
      if (from && parent.claim.fence > 1) discardUntaken(from.session.id, keyOf(parent));
      const isSync = parent && request.responseRequired && !request.awaited;
      if (isSync && !inProc) {
        const { messageId } = parent.claim;
        const waiting = selectWaitingAt.get({ parent: messageId, target: request.target });
        if (waiting !== undefined) throw cycle(request.source, request.target, waiting);
      }
      const inserted = insert({
        type: 'Request',
        invocation: inProc ? 'InProc' : 'Queue',
        session: from?.session,
        priority: priorities.indexOf(request.priority),
        source: request.source,
        sourceType: request.sourceType,
        target: request.target,
        targetType: request.targetType,
        queue: request.target,
        returnQueue: returnQueue(request),
        parent: parent && keyOf(parent),
        body: nameBody(request.body),
        description: request.description,
        arrival: request.arrival,
        ...(request.awaited && from
          ? { instance: from.instance, isAwaited: true, ...request.awaited }
          : {}),
      });
      return { ...inserted, isNew: true, ...(inProc ? claimedBy(inserted.id, inProc.owner) : {}) };
    },

    setTimer({ source, expiresAt, completionKey, parent }) {
      const body = { type: 'timer' };
      const sent = earlier(parent, 'Request', timerName, body);
      if (sent) return sent;
      const { session, instance } = parentOf(parent.claim);
      const inserted = insert({
        type: 'Request',
        status: 'Deferred',
        session,
        priority: priorities.indexOf('HighSync'),
        source,
        sourceType: 'BusinessProcess',
        target: timerName,
        targetType: 'Unknown',
        queue: timerName,
        returnQueue: { name: source },
        parent: keyOf(parent),
        body: nameBody(body),
        instance,
        isAwaited: true,
        expiresAt,
        completionKey,
      });
      return { ...inserted, isNew: true };
    },

    answer({ source, sourceType, service, body, parent }) {
      const { session } = parentOf(parent.claim);
      const sent = earlier(parent, 'Response', service, body);
      if (sent) return sent;
      const request = rowOf(selectWaiting.get(session.id, service) ?? 0);
      if (!request) throw answerUnexpected(source, service, session.id);
      if (request.corresponding_message_id !== null) throw alreadyAnswered(source, request.id);
      const responder = { source, sourceType, parent: keyOf(parent) };
      const { id, sessionId } = respond(request, { status: 'Completed', body }, responder);
      return { id, sessionId, isNew: true };
    },

    reply({ source, body, parent }) {
      const { instance } = parentOf(parent.claim);
      const request = rowOf(instance);
      if (!request || request.return_queue_name === null) return undefined;
      if (earlier(parent, 'Response', request.source_config_name, body)) return undefined;
      if (request.corresponding_message_id !== null) throw alreadyAnswered(source, request.id);
      const response = respond(
        request,
        { status: 'Completed', body },
        { source, sourceType: 'BusinessProcess', parent: keyOf(parent) },
      );
      return response.status === 'Queued' ? response : undefined;
    },
  };
}

/** Where a timer is sent: no host, and so no queue that anybody reads. */
const timerName = '_Timer';

/** The sends that an earlier run of a handler has made, and where those of this run belong. */
export function earlierSends(database: Database) {
  const selectParent = database.prepare<
    [number, number],
    Pick<MessageTable, 'session_id' | 'super_session' | 'type' | 'business_process_id'>
  >(
    `SELECT session_id, super_session, type, business_process_id FROM messages
      WHERE id = ? AND fence = ? AND status = 'Delivered'`,
  );
  // A key may have several rows, all but the newest of them in Error.
  const selectByKey = database.prepare<[number, number], Earlier>(
    `SELECT id, session_id, type, status, target_config_name, body_digest FROM messages
      WHERE parent_id = ? AND call_index = ? AND status <> 'Error'`,
  );

  return {
    /** The session of what a handler sends, and the process instance it works for. */
    parentOf({ messageId, fence }: Claim): {
      readonly session: Session;
      readonly instance: number;
    } {
      const row = selectParent.get(messageId, fence);
      if (!row) throw claimLost('send from', messageId);
      const instance = row.type === 'Response' ? (row.business_process_id ?? messageId) : messageId;
      return { session: { id: row.session_id, superSession: row.super_session }, instance };
    },

    /** @throws EngineError REPLAY_MISMATCH, CLAIM_LOST */
    earlier(parent: Parent, type: string, target: string, body: MessageBody) {
      const key = keyOf(parent);
      const row = selectByKey.get(key.id, key.index);
      if (!row) return undefined;
      if (!selectParent.get(parent.claim.messageId, parent.claim.fence)) {
        throw claimLost('send from', parent.claim.messageId);
      }
      const isSame =
        row.type === type &&
        row.target_config_name === target &&
        row.body_digest === nameBody(body).digest;
      if (!isSame) throw replayMismatch(key, row, target);
      return { id: row.id, sessionId: row.session_id, isNew: false };
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

function keyOf(parent: Parent): Key {
  return { id: parent.claim.messageId, index: parent.index };
}

function returnQueue(request: NewRequest) {
  if (!request.responseRequired) return undefined;
  // Its own workers bring a service its answers and a process what it awaits; a handler that waits takes its own.
  const isBrought = request.sourceType === 'BusinessService' || request.awaited !== undefined;
  return isBrought ? { name: request.source } : ('sync' as const);
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

function cycle(source: string, target: string, waiting: number): EngineError {
  return new PermanentError(
    'CYCLE',
    `${source} cannot wait for ${target}: ${target} itself waits for this answer, with message ${waiting}; ` +
      'send it with sendRequestAsync, or to another host',
  );
}
