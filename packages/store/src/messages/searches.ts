import type { Database } from 'better-sqlite3';
import { sql, type RawBuilder } from 'kysely';
import type { EventFilter, LoggedEvent, MessageFilter, MessageStatus } from '@consort/core';
import { nameKey } from './bodies.ts';
import type { Calls } from './calls.ts';
import { documentOf } from './document-row.ts';
import { headerOf, withoutNull } from './message-row.ts';
import { builder, rowsOf } from './query-builder.ts';
import type { DocumentTable, MessageTable } from './schema.ts';

/** Lists of messages and events by what the reader asks for. */
export function searches(database: Database): Pick<Calls, 'messages' | 'search' | 'events'> {
  const selectDocument = database.prepare<[string, string], DocumentTable>(
    `SELECT * FROM documents WHERE digest = ? AND transfer_syntax_uid = ?`,
  );
  const found = (filter: MessageFilter) =>
    rowsOf(database, messageQuery(filter, wayOf(database, filter)));

  return {
    messages: (filter = {}) => found(filter).map(headerOf),
    search: (filter) =>
      found(filter).map((row) => {
        const { document_digest: digest, transfer_syntax_uid: syntax } = row;
        const document =
          digest !== null && syntax !== null ? selectDocument.get(digest, syntax) : undefined;
        return { header: headerOf(row), ...(document ? { document: documentOf(document) } : {}) };
      }),
    events: (filter = {}) => rowsOf(database, eventQuery(filter)).map(loggedEvent),
  };
}

const defaultLimit = 50;

/** How a search goes about it: by the few documents it can be about, or by the messages. */
type Way = 'byDocuments' | 'byMessages';

/** Every branch begins at an index, however large the table: see `messages_*` and `documents_*` of the schema. */
function messageQuery(filter: MessageFilter, way: Way) {
  const { status, type, sessionId, callingAeTitle, calledAeTitle, modality } = filter;
  const { errorText, before, after } = filter;
  let query = builder.selectFrom(candidates(filter, way).as('m')).selectAll('m');
  if (status !== undefined) query = query.where('m.status', '=', status);
  if (status !== undefined && way === 'byMessages') query = query.where(indexOf(status));
  if (sessionId !== undefined) query = query.where('m.session_id', '=', sessionId);
  if (callingAeTitle !== undefined) query = query.where('m.calling_ae_title', '=', callingAeTitle);
  if (type !== undefined) query = query.where('m.type', '=', type);
  if (calledAeTitle !== undefined) query = query.where('m.called_ae_title', '=', calledAeTitle);
  if (modality !== undefined) query = query.where('m.modality', '=', modality);
  if (errorText !== undefined) query = query.where(errorCondition(errorText));
  if (before !== undefined) query = query.where('m.id', '<', before);
  if (after !== undefined) query = query.where('m.id', '>', after);
  for (const condition of timeConditions(filter)) query = query.where(condition);
  const wanted = documentConditions(filter);
  if (wanted.length > 0) query = query.where(documentCondition(wanted, way));
  return query.orderBy('m.id', 'desc').limit(filter.limit ?? defaultLimit);
}

/**
 * Where a search begins, where SQLite would not find it by itself: it knows neither how many documents a condition
 * leaves nor that few messages fail. A host's messages are ordered lists, which it merges; with OR it would sort them.
 */
function candidates({ host, status, type }: MessageFilter, way: Way) {
  const all = builder.selectFrom('messages').selectAll();
  const index =
    way === 'byDocuments'
      ? 'messages_document'
      : status !== undefined && isUnusual(status)
        ? 'messages_unusual'
        : undefined;
  if (index !== undefined) {
    const ofHost =
      host === undefined
        ? sql`true`
        : sql`(source_config_name = ${host} OR target_config_name = ${host})`;
    const found = sql<MessageTable>`(SELECT * FROM messages INDEXED BY ${sql.raw(index)} WHERE ${ofHost})`;
    return builder.selectFrom(found.as('found')).selectAll();
  }
  if (host === undefined) return all;
  const types = type === undefined ? (['Request', 'Response'] as const) : [type];
  const [first, ...others] = types.flatMap((one) => {
    const ofType = all.where('type', '=', one);
    const received = ofType.where('target_config_name', '=', host);
    return [
      ofType.where('source_config_name', '=', host),
      received.where('source_config_name', '<>', host),
    ];
  });
  return others.reduce((lists, list) => lists.unionAll(list), first ?? all);
}

function isUnusual(status: MessageStatus): boolean {
  return !['Completed', 'Queued', 'Delivered'].includes(status);
}

/** The condition by which SQLite finds the partial index that has the messages of a status; it has to be literal. */
function indexOf(status: MessageStatus) {
  if (status === 'Completed') return sql<boolean>`true`;
  if (!isUnusual(status)) {
    return sql<boolean>`m.id IN (SELECT id FROM messages INDEXED BY messages_open WHERE status = ${sql.lit(status)})`;
  }
  return sql<boolean>`m.status IN ('Created', 'Deferred', 'Discarded', 'Suspended', 'Aborted', 'Error')`;
}

/**
 * The bounds by id give the order of the list; the time itself is asked of each message too, because they are those of
 * ten minutes, and because a clock that was set back makes later messages look earlier.
 */
function timeConditions({ since, until }: MessageFilter) {
  const conditions = [];
  if (since !== undefined) {
    conditions.push(
      sql<boolean>`+m.time_created >= ${since}`,
      sql<boolean>`m.id >= (SELECT min(first_id) FROM message_times
        WHERE bucket >= ${bucketOf(since)})`,
    );
  }
  if (until !== undefined) {
    // Whatever came before a later bucket had begun, and what came late.
    conditions.push(
      sql<boolean>`+m.time_created < ${until}`,
      sql<boolean>`m.id <= max(
        coalesce((SELECT min(first_id) FROM message_times WHERE bucket > ${bucketOf(until)}), ${newest}),
        coalesce((SELECT max(late_id) FROM message_times WHERE bucket <= ${bucketOf(until)}), 0))`,
    );
  }
  return conditions;
}

/** Later than every id. */
const newest = Number.MAX_SAFE_INTEGER;

/** Ten minutes: see the schema, message_times. */
function bucketOf(time: string): string {
  return time.slice(0, '2026-01-01T12:0'.length);
}

/** Up to so many documents, a search goes by them. */
const few = 10_000;

function wayOf(database: Database, filter: MessageFilter): Way {
  const wanted = documentConditions(filter);
  if (wanted.length === 0) return 'byMessages';
  const [count] = rowsOf(
    database,
    sql<{ readonly documents: number }>`SELECT count(*) AS documents FROM
      (SELECT 1 FROM documents d WHERE ${sql.join(wanted, sql` AND `)} LIMIT ${few + 1})`,
  );
  return (count?.documents ?? 0) <= few ? 'byDocuments' : 'byMessages';
}

function documentCondition(wanted: readonly RawBuilder<boolean>[], way: Way) {
  const conditions = sql.join(wanted, sql` AND `);
  return way === 'byDocuments'
    ? sql<boolean>`m.document_digest IN (SELECT d.digest FROM documents d WHERE ${conditions})`
    : sql<boolean>`EXISTS (SELECT 1 FROM documents d WHERE d.digest = m.document_digest
        AND d.transfer_syntax_uid = m.transfer_syntax_uid AND ${conditions})`;
}

function documentConditions(filter: MessageFilter): readonly RawBuilder<boolean>[] {
  const { patientName } = filter;
  const equal = [
    ['patient_id', filter.patientId],
    ['accession_number', filter.accessionNumber],
    ['study_instance_uid', filter.studyInstanceUid],
    ['series_instance_uid', filter.seriesInstanceUid],
    ['sop_instance_uid', filter.sopInstanceUid],
  ] as const;
  return [
    ...equal.flatMap(([column, value]) =>
      value === undefined ? [] : [sql<boolean>`${sql.ref(`d.${column}`)} = ${value}`],
    ),
    ...(patientName === undefined ? [] : [beginsWith(nameKey(patientName))]),
  ];
}

/** A range, because LIKE finds nothing by an index whose words are not ASCII. */
function beginsWith(key: string) {
  return sql<boolean>`d.patient_name_key >= ${key} AND d.patient_name_key < ${`${key}\u{10ffff}\u{10ffff}`}`;
}

function errorCondition(words: string) {
  return sql<boolean>`m.id IN (SELECT id FROM messages INDEXED BY messages_errors
    WHERE error_code IS NOT NULL
      AND (error_code = ${words} OR error_text LIKE ${pattern(words)} ESCAPE '!'))`;
}

function pattern(words: string): string {
  return `%${words.replace(/[!%_]/g, '!$&')}%`;
}

function eventQuery(filter: EventFilter) {
  let query = builder.selectFrom('events').selectAll();
  const { type, host, code, sessionId, text, since, until, before, after } = filter;
  if (type !== undefined) query = query.where('type', '=', type);
  if (host !== undefined) query = query.where('host', '=', host);
  if (code !== undefined) query = query.where('code', '=', code);
  if (sessionId !== undefined) query = query.where('session_id', '=', sessionId);
  if (after !== undefined) query = query.where('id', '>', after);
  if (before !== undefined) query = query.where('id', '<', before);
  if (until !== undefined) query = query.where(sql<boolean>`+time < ${until}`);
  if (text !== undefined) query = query.where(sql<boolean>`text LIKE ${pattern(text)} ESCAPE '!'`);
  if (since !== undefined) {
    const first = builder.selectFrom('events').select(({ fn }) => fn.min('id').as('id'));
    query = query.where('time', '>=', since).where('id', '>=', first.where('time', '>=', since));
  }
  return query.orderBy('id', 'desc').limit(filter.limit ?? defaultLimit);
}

function loggedEvent(row: {
  readonly session_id: number | null;
  readonly message_id: number | null;
  readonly details: string | null;
}): LoggedEvent {
  const { session_id: sessionId, message_id: messageId, details, ...rest } = row;
  return withoutNull({
    ...rest,
    sessionId,
    messageId,
    details: details === null ? null : JSON.parse(details),
  }) as unknown as LoggedEvent;
}
