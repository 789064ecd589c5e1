import type { Database } from 'better-sqlite3';
import { sql, type RawBuilder } from 'kysely';
import type { ImageFilter, ImageState, ReceivedImage, StudyCount } from '@consort/core';
import type { Calls } from './calls.ts';
import { legsOfImage, stateRank } from './image-legs.ts';
import { documentOf } from './document-row.ts';
import { answeredOf, arrivalOf } from './message-row.ts';
import { rowsOf } from './query-builder.ts';
import type { DocumentTable, MessageTable } from './schema.ts';

/** Images as they were received, one by one and counted by study. */
export function images(database: Database): Pick<Calls, 'images' | 'studies'> {
  return {
    images: (filter) => rowsOf(database, imageQuery(filter)).map(imageOf),
    studies: (filter) => rowsOf(database, studyQuery(filter)).map(studyOf),
  };
}

const defaultLimit = 50;

/** Worst last: the places are what `stateRank` gives. */
const states: readonly ImageState[] = [
  'completed',
  'inProgress',
  'retrying',
  'suspended',
  'failed',
];

/** The first message of a session that brought a document in, and what the document is. */
const received = sql`messages m JOIN documents d
  ON d.digest = m.document_digest AND d.transfer_syntax_uid = m.transfer_syntax_uid`;

// `id`, not `session_id`, so that what is found by time is read in its order. The data set of a query, which has no
// SOP Instance UID, is no image.
const isReception = sql`m.id = m.session_id AND d.sop_instance_uid IS NOT NULL`;

const stateOfImage = sql`(SELECT coalesce(max(${stateRank}), 0) FROM (${legsOfImage('m.id', 'm.document_digest')}) l)`;

/** Who brought a data set first: its index holds few rows for each. */
const firstReception = (digest: RawBuilder<unknown>) =>
  sql`(SELECT min(f.id) FROM messages f WHERE f.document_digest = ${digest} AND f.id = f.session_id)`;

const otherContent = sql`(SELECT min(o.id) FROM documents e JOIN messages o
    ON o.document_digest = e.digest AND o.id = o.session_id
  WHERE e.sop_instance_uid = d.sop_instance_uid AND e.digest <> d.digest)`;

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
  return sql`SELECT m.*, d.*, ${stateOfImage} AS state,
      ${firstReception(sql`m.document_digest`)} AS first_id, ${otherContent} AS other_id
    FROM ${received}
    WHERE ${sql.join([isReception, ...conditions], sql` AND `)}
    ORDER BY m.id DESC LIMIT ${filter.limit ?? defaultLimit}`;
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
    state: states[row.state] ?? 'completed',
    ...(arrival ? { arrival } : {}),
    ...(answered ? { answered } : {}),
    ...(row.first_id === row.id ? {} : { sameAs: row.first_id }),
    ...(row.other_id === null ? {} : { otherContentIn: row.other_id }),
  };
}

interface StudyRow extends Readonly<Record<`state${number}` | 'received', number>> {
  readonly study: string | null;
  /** JSON lists, NULL among the entries. */
  readonly patientIds: string;
  readonly patientNames: string;
  readonly accessionNumbers: string;
  readonly modalities: string;
  readonly callingAeTitles: string;
  readonly instances: number;
  readonly sentAgain: number;
  readonly otherContent: number;
  readonly firstImageAt: string;
  readonly lastImageAt: string;
  readonly lastMessageId: number;
}

/** First which studies, by what was received lately; then all of their images, whenever they came. */
function studyQuery(
  filter: ImageFilter & { readonly before?: number; readonly limit?: number },
): RawBuilder<StudyRow> {
  const conditions = [isReception, ...documentConditions(filter), ...timeConditions(filter)];
  const stateCounts = states.map(
    (_, rank) => sql`sum(i.state = ${sql.lit(rank)}) AS ${sql.raw(`state${rank}`)}`,
  );
  const earlier = filter.before === undefined ? sql`` : sql`HAVING last < ${filter.before}`;
  return sql`
    WITH chosen AS MATERIALIZED (
      SELECT d.study_instance_uid AS study, max(m.id) AS last FROM ${received}
        WHERE ${sql.join(conditions, sql` AND `)}
        GROUP BY d.study_instance_uid ${earlier} ORDER BY last DESC LIMIT ${filter.limit ?? defaultLimit}
    ), image AS MATERIALIZED (
      SELECT c.study, m.id, m.time_created, m.document_digest, m.calling_ae_title,
          d.patient_id, d.patient_name, d.accession_number, d.modality, d.sop_instance_uid, ${stateOfImage} AS state,
          m.id > ${firstReception(sql`m.document_digest`)} AS is_again,
          ${otherContent} IS NOT NULL AS has_other
        FROM chosen c CROSS JOIN documents d CROSS JOIN messages m
        WHERE ${ofStudy} AND m.document_digest = d.digest
          AND m.transfer_syntax_uid = d.transfer_syntax_uid AND ${isReception}
    )
    SELECT i.study, count(*) AS received, ${sql.join(stateCounts)},
        json_group_array(DISTINCT i.patient_id) AS patientIds,
        json_group_array(DISTINCT i.patient_name) AS patientNames,
        json_group_array(DISTINCT i.modality) AS modalities,
        json_group_array(DISTINCT i.accession_number) AS accessionNumbers,
        json_group_array(DISTINCT i.calling_ae_title) AS callingAeTitles,
        count(DISTINCT coalesce(i.sop_instance_uid, i.document_digest)) AS instances,
        sum(i.is_again) AS sentAgain,
        count(DISTINCT CASE WHEN i.has_other THEN i.sop_instance_uid END) AS otherContent,
        min(i.time_created) AS firstImageAt, max(i.time_created) AS lastImageAt,
        max(i.id) AS lastMessageId
      FROM image i GROUP BY i.study ORDER BY max(i.id) DESC`;
}

/** In two ways, because SQLite finds nothing that is NULL by an index on what is not. */
const ofStudy = sql`d.rowid IN (
  SELECT rowid FROM documents WHERE study_instance_uid = c.study
  UNION ALL SELECT rowid FROM documents WHERE c.study IS NULL AND study_instance_uid IS NULL)`;

function studyOf(row: StudyRow): StudyCount {
  const counts = Object.fromEntries(states.map((state, rank) => [state, row[`state${rank}`]]));
  return {
    ...(row.study === null ? {} : { studyInstanceUid: row.study }),
    patientIds: listOf(row.patientIds),
    patientNames: listOf(row.patientNames),
    accessionNumbers: listOf(row.accessionNumbers),
    modalities: listOf(row.modalities),
    callingAeTitles: listOf(row.callingAeTitles),
    received: row.received,
    ...(counts as Record<ImageState, number>),
    instances: row.instances,
    sentAgain: row.sentAgain,
    otherContent: row.otherContent,
    firstImageAt: row.firstImageAt,
    lastImageAt: row.lastImageAt,
    lastMessageId: row.lastMessageId,
  };
}

function listOf(json: string): readonly string[] {
  return (JSON.parse(json) as (string | null)[]).filter((value) => value !== null).toSorted();
}

function documentConditions(filter: ImageFilter): readonly RawBuilder<unknown>[] {
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

function timeConditions({ since, until }: ImageFilter): readonly RawBuilder<unknown>[] {
  return [
    ...(since === undefined ? [] : [sql`m.time_created >= ${since}`]),
    ...(until === undefined ? [] : [sql`m.time_created < ${until}`]),
  ];
}
