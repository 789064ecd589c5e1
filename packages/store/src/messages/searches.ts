import type { Database } from 'better-sqlite3';
import { sql } from 'kysely';
import type { EventFilter, LoggedEvent, MessageFilter, MessageStatus } from '@consort/core';
import type { Calls } from './calls.ts';
import { headerOf, withoutNull } from './message-row.ts';
import { builder, rowsOf } from './query-builder.ts';

/** Lists of messages and events by what the reader asks for. */
export function searches(database: Database): Pick<Calls, 'messages' | 'events'> {
  return {
    messages: (filter = {}) => rowsOf(database, messageQuery(filter)).map(headerOf),
    events: (filter = {}) => rowsOf(database, eventQuery(filter)).map(loggedEvent),
  };
}

const defaultLimit = 50;

/** Every branch begins at an index, however large the table: see `messages_*` and `documents_*` of the schema. */
function messageQuery(filter: MessageFilter) {
  const { status, sessionId, callingAeTitle, before, after } = filter;
  let query = builder.selectFrom(candidates(filter.host).as('m')).selectAll('m');
  if (status !== undefined) query = query.where('m.status', '=', status).where(indexOf(status));
  if (sessionId !== undefined) query = query.where('m.session_id', '=', sessionId);
  if (callingAeTitle !== undefined) query = query.where('m.calling_ae_title', '=', callingAeTitle);
  if (before !== undefined) query = query.where('m.id', '<', before);
  if (after !== undefined) query = query.where('m.id', '>', after);
  for (const condition of timeConditions(filter)) query = query.where(condition);
  const wanted = documentConditions(filter);
  if (wanted.length > 0) {
    let documents = builder.selectFrom('documents as d').select('d.digest');
    for (const [column, value] of wanted) documents = documents.where(column, '=', value);
    query = query.where('m.document_digest', 'in', documents);
  }
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

function documentConditions(filter: MessageFilter) {
  const conditions = [
    ['d.patient_id', filter.patientId],
    ['d.accession_number', filter.accessionNumber],
    ['d.study_instance_uid', filter.studyInstanceUid],
    ['d.sop_instance_uid', filter.sopInstanceUid],
  ] as const;
  return conditions.flatMap(([column, value]) =>
    value === undefined ? [] : [[column, value] as const],
  );
}

function eventQuery(filter: EventFilter) {
  let query = builder.selectFrom('events').selectAll();
  const { type, host, code, sessionId, since, after } = filter;
  if (type !== undefined) query = query.where('type', '=', type);
  if (host !== undefined) query = query.where('host', '=', host);
  if (code !== undefined) query = query.where('code', '=', code);
  if (sessionId !== undefined) query = query.where('session_id', '=', sessionId);
  if (after !== undefined) query = query.where('id', '>', after);
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
