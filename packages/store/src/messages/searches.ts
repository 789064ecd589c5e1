import type { Database } from 'better-sqlite3';
import { sql, type RawBuilder } from 'kysely';
import type { EventFilter, LoggedEvent, MessageFilter, MessageStatus } from '@consort/core';
import { nameKey } from './bodies.ts';
import type { Calls } from './calls.ts';
import { documentOf } from './document-row.ts';
import { headerOf, withoutNull } from './message-row.ts';
import { builder, rowsOf } from './query-builder.ts';
import type { DocumentTable } from './schema.ts';

/** Lists of messages and events by what the reader asks for. */
export function searches(database: Database): Pick<Calls, 'messages' | 'search' | 'events'> {
  const selectDocument = database.prepare<[string, string], DocumentTable>(
    `SELECT * FROM documents WHERE digest = ? AND transfer_syntax_uid = ?`,
  );
  const found = (filter: MessageFilter) =>
    rowsOf(database, messageQuery(filter, hasMany(database, filter)));

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

/** Every branch begins at an index, however large the table: see `messages_*` and `documents_*` of the schema. */
function messageQuery(filter: MessageFilter, documents: 'few' | 'many') {
  const { status, type, sessionId, callingAeTitle, calledAeTitle, modality } = filter;
  const { errorText, before, after } = filter;
  let query = builder.selectFrom(candidates(filter.host).as('m')).selectAll('m');
  if (status !== undefined) query = query.where('m.status', '=', status).where(indexOf(status));
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
  if (wanted.length > 0) query = query.where(documentCondition(wanted, documents));
  return query.orderBy('m.id', 'desc').limit(filter.limit ?? defaultLimit);
}

/** A host's messages are two ordered lists, which SQLite merges; with OR it would sort all of them. */
function candidates(host: string | undefined) {
  const all = builder.selectFrom('messages').selectAll();
  if (host === undefined) return all;
  const received = all.where('target_config_name', '=', host);
  return all
    .where('source_config_name', '=', host)
    .unionAll(received.where('source_config_name', '<>', host));
}

/** The condition by which SQLite finds the partial index that has the messages of a status; it has to be literal. */
function indexOf(status: MessageStatus) {
  if (status === 'Completed') return sql<boolean>`true`;
  if (status === 'Queued' || status === 'Delivered') {
    return sql<boolean>`m.id IN (SELECT id FROM messages INDEXED BY messages_open WHERE status = ${sql.lit(status)})`;
  }
  return sql<boolean>`m.status IN ('Created', 'Deferred', 'Discarded', 'Suspended', 'Aborted', 'Error')`;
}

/**
 * The bounds by id are found in the index of the times and give the order of the list; the time itself is asked
 * of each message too, because a clock that was set back makes later messages look earlier.
 */
function timeConditions({ since, until }: MessageFilter) {
  const conditions = [];
  if (until !== undefined) conditions.push(sql<boolean>`+m.time_created < ${until}`);
  if (since === undefined) return conditions;
  const within =
    until === undefined
      ? sql`time_created >= ${since}`
      : sql`time_created >= ${since} AND time_created < ${until}`;
  const bound = (which: 'min' | 'max') =>
    sql`(SELECT ${sql.raw(which)}(id) FROM messages INDEXED BY messages_time WHERE ${within})`;
  conditions.push(
    sql<boolean>`+m.time_created >= ${since}`,
    sql<boolean>`m.id >= ${bound('min')}`,
    ...(until === undefined ? [] : [sql<boolean>`m.id <= ${bound('max')}`]),
  );
  return conditions;
}

/** From so many documents on, that a message has one of them is asked message by message. */
const many = 20_000;

function hasMany(database: Database, filter: MessageFilter): 'few' | 'many' {
  const wanted = documentConditions(filter);
  if (wanted.length === 0) return 'few';
  const [count] = rowsOf(
    database,
    sql<{ readonly documents: number }>`SELECT count(*) AS documents FROM
      (SELECT 1 FROM documents d WHERE ${sql.join(wanted, sql` AND `)} LIMIT ${many})`,
  );
  return (count?.documents ?? 0) < many ? 'few' : 'many';
}

function documentCondition(wanted: readonly RawBuilder<boolean>[], documents: 'few' | 'many') {
  const conditions = sql.join(wanted, sql` AND `);
  return documents === 'few'
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
