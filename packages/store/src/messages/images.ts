import type { Database } from 'better-sqlite3';
import { sql, type RawBuilder } from 'kysely';
import type { ImageFilter, ReceivedImage } from '@consort/core';
import type { Calls } from './calls.ts';
import { documentOf } from './document-row.ts';
import { answeredOf, arrivalOf } from './message-row.ts';
import { rowsOf } from './query-builder.ts';
import {
  documentConditions,
  firstReception,
  imageStates,
  isReception,
  otherContent,
  received,
  stateOfImage,
  timeConditions,
} from './received-images.ts';
import type { DocumentTable, MessageTable } from './schema.ts';

/** Images as they were received. */
export function images(database: Database): Pick<Calls, 'images'> {
  return { images: (filter) => rowsOf(database, imageQuery(filter)).map(imageOf) };
}

const defaultLimit = 50;

interface ImageRow extends MessageTable, Omit<DocumentTable, 'digest' | 'transfer_syntax_uid'> {
  readonly state: number;
  readonly first_id: number;
  readonly other_id: number | null;
}

function imageQuery(
  filter: ImageFilter & { readonly before?: number; readonly limit?: number },
): RawBuilder<ImageRow> {
  const conditions = [
    ...documentConditions(filter),
    ...timeConditions(filter),
    ...(filter.before === undefined ? [] : [sql`m.id < ${filter.before}`]),
  ];
  // Chosen first: what is asked of each would otherwise be asked of all that are sorted.
  return sql`
    WITH chosen AS MATERIALIZED (
      SELECT m.id FROM ${received} WHERE ${sql.join([isReception, ...conditions], sql` AND `)}
        ORDER BY m.id DESC LIMIT ${filter.limit ?? defaultLimit}
    )
    SELECT m.*, d.*, ${stateOfImage} AS state,
        ${firstReception(sql`m.document_digest`)} AS first_id, ${otherContent} AS other_id
      FROM chosen c CROSS JOIN ${received} WHERE m.id = c.id ORDER BY m.id DESC`;
}

function imageOf(row: ImageRow): ReceivedImage {
  const arrival = arrivalOf(row);
  const answered = answeredOf(row);
  return {
    messageId: row.id,
    time: row.time_created,
    document: documentOf({
      ...row,
      digest: row.document_digest ?? '',
      transfer_syntax_uid: row.transfer_syntax_uid ?? '',
    }),
    state: imageStates[row.state] ?? 'completed',
    ...(arrival ? { arrival } : {}),
    ...(answered ? { answered } : {}),
    ...(row.first_id === row.id ? {} : { sameAs: row.first_id }),
    ...(row.other_id === null ? {} : { otherContentIn: row.other_id }),
  };
}
