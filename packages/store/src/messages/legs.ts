import type { Database } from 'better-sqlite3';
import type { DisabledHost, Leg, RecordedReceipt } from '@consort/core';
import type { Calls } from './calls.ts';
import { legsOfImage } from './image-legs.ts';
import { headerOf, withoutNull } from './message-row.ts';
import { builder } from './query-builder.ts';
import type { MessageTable } from './schema.ts';

/** The way of an image leg by leg, and what a message of it waits behind. */
export function legs(database: Database): Pick<Calls, 'legs' | 'place'> {
  const document = `(SELECT document_digest FROM messages WHERE id = :session)`;
  const selectLegs = database.prepare<[{ session: number }], MessageTable>(
    `${legsOfImage(':session', document).compile(builder).sql} ORDER BY id`,
  );
  const selectReceipts = database.prepare<[number], RecordedReceipt>(
    `SELECT message_id AS messageId, peer, status, digest, size, time FROM receipts
      WHERE message_id = ? ORDER BY time, peer`,
  );
  const selectMessage = database.prepare<[number], MessageTable>(
    `SELECT * FROM messages WHERE id = ? AND status = 'Queued'`,
  );
  const selectInProgress = database.prepare<[string], MessageTable>(
    `SELECT * FROM messages WHERE target_queue_name = ? AND status = 'Delivered'
      AND type = 'Request' ORDER BY id`,
  );
  const countBefore = database
    .prepare<[{ queue: string; priority: number; id: number }], number>(
      `SELECT count(*) FROM messages WHERE target_queue_name = :queue AND status = 'Queued'
        AND (priority, id) < (:priority, :id)`,
    )
    .pluck();

  const selectDisabled = database.prepare<[string], Record<string, string | null>>(
    `SELECT name, since, disabled_by AS by, reason FROM disabled_hosts WHERE name = ?`,
  );

  return {
    legs: (sessionId) =>
      selectLegs.all({ session: sessionId }).map((row): Leg => {
        const { document_digest: digest, document_size: size } = row;
        return {
          header: headerOf(row),
          ...(digest === null ? {} : { document: { digest, size: size ?? 0 } }),
          receipts: selectReceipts.all(row.id),
        };
      }),

    place(messageId) {
      const row = selectMessage.get(messageId);
      if (!row) return undefined;
      const { target_queue_name: queue, priority, id } = row;
      const disabled = selectDisabled.get(queue);
      return {
        inProgress: selectInProgress.all(queue).map(headerOf),
        before: countBefore.get({ queue, priority, id }) ?? 0,
        ...(disabled ? { disabled: withoutNull(disabled) as unknown as DisabledHost } : {}),
      };
    },
  };
}
