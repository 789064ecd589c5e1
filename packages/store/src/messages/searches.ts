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
import type { EventFilter, LoggedEvent, MessageFilter } from '@consort/core';
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

// Said again as literals, because SQLite uses a partial index only where the query repeats its condition.
const openStatuses = sql<boolean>`m.status IN ('Queued', 'Delivered')`;
const unusualStatuses = sql<boolean>`m.status IN ('Created', 'Deferred', 'Discarded', 'Suspended', 'Aborted', 'Error')`;

function messageQuery(filter: MessageFilter) {
  let query = builder.selectFrom('messages as m').selectAll('m');
  const { host, status, sessionId, callingAeTitle, before } = filter;
  if (host !== undefined) {
    query = query.where((where) =>
      where.or([
        where('m.source_config_name', '=', host),
        where('m.target_config_name', '=', host),
      ]),
    );
  }
  if (status !== undefined) query = query.where('m.status', '=', status);
  if (status === 'Queued' || status === 'Delivered') query = query.where(openStatuses);
  else if (status !== undefined && status !== 'Completed') query = query.where(unusualStatuses);
  if (sessionId !== undefined) query = query.where('m.session_id', '=', sessionId);
  if (callingAeTitle !== undefined) query = query.where('m.calling_ae_title', '=', callingAeTitle);
  if (before !== undefined) query = query.where('m.id', '<', before);
  const wanted = documentConditions(filter);
  if (wanted.length > 0) {
    query = query.where(({ exists, selectFrom }) => {
      let documents = selectFrom('documents as d')
        .select('d.digest')
        .whereRef('d.digest', '=', 'm.document_digest')
        .whereRef('d.transfer_syntax_uid', '=', 'm.transfer_syntax_uid');
      for (const [column, value] of wanted) documents = documents.where(column, '=', value);
      return exists(documents);
    });
  }
  return query.orderBy('m.id', 'desc').limit(filter.limit ?? defaultLimit);
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
  if (since !== undefined) query = query.where('time', '>=', since);
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
