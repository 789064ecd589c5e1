import type { Database } from 'better-sqlite3';
import { PermanentError } from '@consort/core/record';
import { nameBody } from './bodies.ts';
import type { Calls } from './calls.ts';
import { endings } from './endings.ts';
import { messageInserter } from './insert-message.ts';
import { alreadyAnswered, earlierSends } from './sends.ts';

/** Several answers to one request, and the end of the wish for them. */
export function partialAnswers(database: Database): Pick<Calls, 'answerInPart' | 'cancel'> {
  const insert = messageInserter(database);
  const { row: rowOf } = endings(database);
  const { earlier, parentOf } = earlierSends(database);
  const noteCancel = database.prepare(
    `UPDATE messages SET cancelled_at = ?
      WHERE id = ? AND cancelled_at IS NULL AND corresponding_message_id IS NULL`,
  );

  return {
    answerInPart({ source, body, parent }) {
      const { session, instance } = parentOf(parent.claim);
      const request = rowOf(instance);
      if (request?.source_business_type !== 'BusinessService' || !request.return_queue_name) {
        throw unexpected(source, instance);
      }
      const service = request.return_queue_name;
      const sent = earlier(parent, 'Response', request.source_config_name, body);
      if (sent) return { ...sent, service };
      if (request.corresponding_message_id !== null) throw alreadyAnswered(source, request.id);
      const inserted = insert({
        type: 'Response',
        session,
        priority: request.priority,
        source,
        sourceType: 'BusinessProcess',
        target: request.source_config_name,
        targetType: 'BusinessService',
        queue: service,
        correspondingMessageId: request.id,
        isPartial: true,
        parent: { id: parent.claim.messageId, index: parent.index },
        body: nameBody(body),
      });
      return { ...inserted, isNew: true, service };
    },

    cancel: (requestId) => void noteCancel.run(new Date().toISOString(), requestId),
  };
}

function unexpected(source: string, requestId: number): PermanentError {
  return new PermanentError(
    'ANSWER_UNEXPECTED',
    `${source} cannot answer message ${requestId} many times: only a service that waits takes several answers; ` +
      'return one instead of yielding',
  );
}
