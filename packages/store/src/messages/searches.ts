import type { Database } from 'better-sqlite3';
import {
  DummyDriver,
  Kysely,
  sql,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type Compilable,
} from 'kysely';
import type { EventFilter, LoggedEvent, MessageFilter, MessageStatus } from '@consort/core';
import type { Calls } from './calls.ts';
import { headerOf, withoutNull } from './message-row.ts';
import type { MessageTable, Tables } from './schema.ts';

/** Lists of messages and events by what the reader asks for. */
export function searches(database: Database): Pick<Calls, 'messages' | 'events'> {
  const rows = <Row>(query: Compilable<Row>): Row[] => {
    const { sql: text, parameters } = query.compile();
    return database.prepare<unknown[], Row>(text).all(...parameters);
  };
  return {
    messages: (filter = {}) => rows<MessageTable>(messageQuery(filter)).map(headerOf),
    events: (filter = {}) => rows(eventQuery(filter)).map(loggedEvent),
  };
}

// Only builds queries: they run on the one connection, at once, inside the transaction of their batch.
const builder = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

const defaultLimit = 50;

/** Every branch begins at an index, however large the table: see `messages_*` and `documents_*` of the schema. */
function messageQuery(filter: MessageFilter) {
  const { status, sessionId, callingAeTitle, before } = filter;
  let query = builder.selectFrom(candidates(filter.host).as('m')).selectAll('m');
  if (status !== undefined) query = query.where('m.status', '=', status).where(indexOf(status));
  if (sessionId !== undefined) query = query.where('m.session_id', '=', sessionId);
  if (callingAeTitle !== undefined) query = query.where('m.calling_ae_title', '=', callingAeTitle);
  if (before !== undefined) query = query.where('m.id', '<', before);
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
  const { type, host, code, sessionId, since } = filter;
  if (type !== undefined) query = query.where('type', '=', type);
  if (host !== undefined) query = query.where('host', '=', host);
  if (code !== undefined) query = query.where('code', '=', code);
  if (sessionId !== undefined) query = query.where('session_id', '=', sessionId);
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
