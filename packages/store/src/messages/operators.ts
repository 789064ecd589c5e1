import type { Database } from 'better-sqlite3';
import type { MessageHeader, MessageStatus } from '@consort/core';
import { EngineError, isFinished } from '@consort/core/record';
import { bodyKeeper, nameBody } from './bodies.ts';
import type { Calls } from './calls.ts';
import { endings, illegal, requireStep } from './endings.ts';
import { messageInserter } from './insert-message.ts';
import { headerOf, priorities } from './message-row.ts';
import type { MessageTable } from './schema.ts';

/** What a person does to messages: send again, put back, set aside, end. */
export function operators(
  database: Database,
): Pick<Calls, 'resend' | 'resubmit' | 'discard' | 'abort'> {
  const { row: rowOf, end, respond, closeInstance } = endings(database);
  const insert = messageInserter(database);
  const keepBody = bodyKeeper(database);
  const copyBody = database.prepare(
    `UPDATE messages SET body_type = s.body_type, body_digest = s.body_digest,
        document_digest = s.document_digest, document_size = s.document_size,
        transfer_syntax_uid = s.transfer_syntax_uid, association_id = s.association_id,
        peer_address = s.peer_address, calling_ae_title = s.calling_ae_title,
        called_ae_title = s.called_ae_title
      FROM messages s WHERE messages.id = ? AND s.id = ?`,
  );
  const markResent = database.prepare(`UPDATE messages SET resent = 'r' WHERE id = ?`);
  const setBody = database.prepare(
    `UPDATE messages SET body_type = ?, body_digest = ?, document_digest = ?, document_size = ?,
        transfer_syntax_uid = ?
      WHERE id = ?`,
  );
  const putBack = database.prepare(
    `UPDATE messages SET status = 'Queued', time_queued = ?, time_processed = NULL, attempts = 0,
        is_error = 0, failed_at = NULL, error_code = NULL, error_text = NULL,
        error_origin_host = NULL, error_origin_code = NULL
      WHERE id = ?`,
  );

  function existing(id: number): MessageTable {
    const row = rowOf(id);
    if (row) return row;
    throw new EngineError('NOT_FOUND', `there is no message ${id}`);
  }

  return {
    resend(id, { target, body, isHead }) {
      const row = existing(id);
      if (row.type !== 'Request' || row.target_business_type === 'Unknown') {
        throw new EngineError(
          'STATUS_ILLEGAL',
          `message ${id} cannot be sent again: only a request to a host can; send its request again`,
        );
      }
      const inserted = insert({
        type: 'Request',
        session: { id: row.session_id, superSession: row.super_session },
        priority: isHead ? priorities.indexOf('HighSync') : row.priority,
        source: row.source_config_name,
        sourceType: row.source_business_type as MessageHeader['sourceBusinessType'],
        target: target?.name ?? row.target_config_name,
        targetType:
          target?.type ?? (row.target_business_type as MessageHeader['targetBusinessType']),
        queue: target?.name ?? row.target_config_name,
        description: `resent from message ${id}`,
        body: body && nameBody(body),
      });
      // The same body is the same row, and so are its document and where it came from.
      if (!body) copyBody.run(inserted.id, id);
      markResent.run(inserted.id);
      return headerOf(existing(inserted.id));
    },

    resubmit(id, body) {
      const row = existing(id);
      if (row.status !== 'Suspended') throw illegal(row, 'Queued');
      if (body) {
        const named = nameBody(body);
        keepBody(named);
        const { digest, size, transferSyntaxUid } = named.document ?? {};
        setBody.run(
          named.type,
          named.digest,
          digest ?? null,
          size ?? null,
          transferSyntaxUid ?? null,
          id,
        );
      }
      putBack.run(new Date().toISOString(), id);
      return headerOf(existing(id));
    },

    discard(id, note) {
      const row = existing(id);
      if (row.status !== 'Suspended') throw illegal(row, 'Discarded');
      end(row, { status: 'Discarded', note });
    },

    abort(id, note) {
      const row = existing(id);
      if (isFinished(row.status as MessageStatus)) throw illegal(row, 'Aborted');
      requireStep(row, 'Aborted');
      if (row.target_business_type === 'BusinessProcess') closeInstance(id);
      const outcome = { status: 'Aborted', note } as const;
      const wantsResponse = row.type === 'Request' && row.return_queue_name !== null;
      if (!wantsResponse || row.corresponding_message_id !== null) {
        end(row, outcome);
        return undefined;
      }
      const response = respond(row, outcome);
      end(row, outcome, response.id);
      return response.status === 'Queued' ? response : undefined;
    },
  };
}
