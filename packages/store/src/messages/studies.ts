import type { Database } from 'better-sqlite3';
import { sql, type RawBuilder } from 'kysely';
import type { ImageFilter, ImageState, StudyCount } from '@consort/core';
import type { Calls } from './calls.ts';
import { rowsOf } from './query-builder.ts';
import {
  documentConditions,
  firstReception,
  imageStates,
  isReception,
  otherContent,
  stateOfImage,
  timeConditions,
} from './received-images.ts';

/** Images as they were received, counted by study. */
export function studies(database: Database): Pick<Calls, 'studies'> {
  return { studies: (filter) => rowsOf(database, studyQuery(filter)).map(studyOf) };
}

const defaultLimit = 50;

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

/** First which studies, then all of their images, whenever they came. */
function studyQuery(
  filter: ImageFilter & { readonly before?: number; readonly limit?: number },
): RawBuilder<StudyRow> {
  const stateCounts = imageStates.map(
    (_, rank) => sql`sum(i.state = ${sql.lit(rank)}) AS ${sql.raw(`state${rank}`)}`,
  );
  return sql`
    WITH chosen AS MATERIALIZED (
      SELECT c.study_instance_uid AS uid FROM studies c
        WHERE ${sql.join(conditionsOf(filter), sql` AND `)}
        ORDER BY c.last_id DESC LIMIT ${filter.limit ?? defaultLimit}
    ), image AS MATERIALIZED (
      SELECT c.uid, m.id, m.time_created, m.document_digest, m.calling_ae_title,
          d.patient_id, d.patient_name, d.accession_number, d.modality, d.sop_instance_uid, ${stateOfImage} AS state,
          m.id > ${firstReception(sql`m.document_digest`)} AS is_again,
          ${otherContent} IS NOT NULL AS has_other
        FROM chosen c CROSS JOIN ${imagesOf(sql`c.uid`)}
    )
    SELECT nullif(i.uid, '') AS study, count(*) AS received, ${sql.join(stateCounts)},
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
      FROM image i GROUP BY i.uid ORDER BY max(i.id) DESC`;
}

/** Which studies: by what is known of each, and then, because that says too little, by an image that is like that. */
function conditionsOf(
  filter: ImageFilter & { readonly before?: number },
): readonly RawBuilder<unknown>[] {
  const { before, since, until } = filter;
  const documents = documentConditions(filter);
  const ofImage = [...documents, ...timeConditions(filter)];
  return [
    before === undefined ? sql`true` : sql`c.last_id < ${before}`,
    ...(since === undefined ? [] : [sql`c.last_at >= ${since}`]),
    ...(until === undefined ? [] : [sql`c.first_at < ${until}`]),
    ...(documents.length === 0
      ? []
      : [
          sql`c.study_instance_uid IN (SELECT coalesce(d.study_instance_uid, '') FROM documents d
            WHERE ${sql.join(documents, sql` AND `)})`,
        ]),
    ...(ofImage.length === 0
      ? []
      : [
          sql`EXISTS (SELECT 1 FROM ${imagesOf(sql`c.study_instance_uid`)}
            AND ${sql.join(ofImage, sql` AND `)})`,
        ]),
  ];
}

/** FROM and WHERE of the images of a study; in two ways, because SQLite finds nothing that is NULL by an index. */
function imagesOf(uid: RawBuilder<unknown>) {
  return sql`documents d CROSS JOIN messages m
    WHERE d.rowid IN (
        SELECT rowid FROM documents WHERE study_instance_uid = ${uid}
        UNION ALL SELECT rowid FROM documents WHERE ${uid} = '' AND study_instance_uid IS NULL)
      AND m.document_digest = d.digest AND m.transfer_syntax_uid = d.transfer_syntax_uid
      AND ${isReception}`;
}

function studyOf(row: StudyRow): StudyCount {
  const counts = Object.fromEntries(imageStates.map((state, rank) => [state, row[`state${rank}`]]));
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
