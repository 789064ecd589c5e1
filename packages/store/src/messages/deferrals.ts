import { randomBytes } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { PermanentError } from '@consort/core/record';
import type { Calls } from './calls.ts';
import { endings } from './endings.ts';
import type { MessageTable } from './schema.ts';
import { alreadyAnswered, claimLost, earlierSends } from './sends.ts';

/** Responses that somebody else gives later, once, to whoever holds the token. */
export function deferrals(database: Database): Pick<Calls, 'deferral' | 'answerDeferred'> {
  const { row: rowOf, end, respond } = endings(database);
  const { earlier } = earlierSends(database);
  const selectProductionId = database.prepare<[], string>(`SELECT id FROM production`).pluck();
  const keepToken = database.prepare(`UPDATE messages SET deferral = ? WHERE id = ?`);
  const selectByToken = database.prepare<[string], MessageTable>(
    `SELECT * FROM messages WHERE deferral = ?`,
  );

  return {
    deferral({ messageId, fence }) {
      const row = rowOf(messageId);
      if (row?.status !== 'Delivered' || row.fence !== fence) throw claimLost('defer', messageId);
      if (row.deferral !== null) return row.deferral;
      const token = `${selectProductionId.get()}-${messageId}-${randomBytes(16).toString('hex')}`;
      keepToken.run(token, messageId);
      return token;
    },

    answerDeferred({ token, source, sourceType, body, parent }) {
      const row = selectByToken.get(token);
      if (!row) throw unknownToken(source);
      const sent = parent && earlier(parent, 'Response', row.source_config_name, body);
      if (sent) return undefined;
      const isOver = row.status !== 'Deferred' && row.status !== 'Delivered';
      if (row.corresponding_message_id !== null || isOver) throw alreadyAnswered(source, row.id);
      const key = parent && { id: parent.claim.messageId, index: parent.index };
      const response =
        row.return_queue_name === null
          ? undefined
          : respond(row, { status: 'Completed', body }, { source, sourceType, parent: key });
      // A handler that is still at it ends the message itself, when it defers it.
      if (row.status === 'Deferred') {
        end(row, { status: 'Completed' }, response?.id ?? row.corresponding_message_id);
      }
      return response?.status === 'Queued' ? response : undefined;
    },
  };
}

function unknownToken(source: string): PermanentError {
  return new PermanentError(
    'DEFERRAL_UNKNOWN',
    `${source} cannot answer a deferred request: no message of this production has the token given; ` +
      'it must be the one that deferResponse returned, in the same production',
  );
}
