import { sql, type RawBuilder } from 'kysely';
import type { ImageFilter, ImageState } from '@consort/core';
import { legsOfImage, stateRank } from './image-legs.ts';

// The SQL of images as they were received: `m` is the first message of a session, `d` the document it brought in.

/** Worst last: the places are what `stateRank` gives. */
export const imageStates: readonly ImageState[] = [
  'completed',
  'inProgress',
  'retrying',
  'suspended',
  'failed',
];

/** The first message of a session that brought a document in, and what the document is. */
export const received = sql`messages m JOIN documents d
  ON d.digest = m.document_digest AND d.transfer_syntax_uid = m.transfer_syntax_uid`;

// `id`, not `session_id`, so that what is found by time is read in its order. The data set of a query, which has no
// SOP Instance UID, is no image.
export const isReception = sql`m.id = m.session_id AND d.sop_instance_uid IS NOT NULL`;

// Nearly all images are completed: that no leg is anything else is asked first, because it takes a fifth of the time.
export const stateOfImage = sql`CASE
  WHEN EXISTS (SELECT 1 FROM messages s WHERE s.session_id = m.id AND s.status <> 'Completed')
    OR EXISTS (SELECT 1 FROM messages e
      WHERE e.document_digest = m.document_digest AND e.status <> 'Completed')
  THEN (SELECT coalesce(max(${stateRank}), 0) FROM (${legsOfImage('m.id', 'm.document_digest')}) l)
  ELSE 0 END`;

/** Who brought a data set first: its index holds few rows for each. */
export const firstReception = (digest: RawBuilder<unknown>) =>
  sql`(SELECT min(f.id) FROM messages f WHERE f.document_digest = ${digest} AND f.id = f.session_id)`;

export const otherContent = sql`(SELECT min(o.id) FROM documents e JOIN messages o
    ON o.document_digest = e.digest AND o.id = o.session_id
  WHERE e.sop_instance_uid = d.sop_instance_uid AND e.digest <> d.digest)`;

/** What the document of an image has to be: `d`. */
export function documentConditions(filter: ImageFilter): readonly RawBuilder<unknown>[] {
  const wanted = [
    ['patient_id', filter.patientId],
    ['accession_number', filter.accessionNumber],
    ['study_instance_uid', filter.studyInstanceUid],
    ['sop_instance_uid', filter.sopInstanceUid],
  ] as const;
  return wanted.flatMap(([column, value]) =>
    value === undefined ? [] : [sql`d.${sql.raw(column)} = ${value}`],
  );
}

/** When an image has to have come: by the message `m`. */
export function timeConditions({ since, until }: ImageFilter): readonly RawBuilder<unknown>[] {
  return [
    ...(since === undefined ? [] : [sql`m.time_created >= ${since}`]),
    ...(until === undefined ? [] : [sql`m.time_created < ${until}`]),
  ];
}
