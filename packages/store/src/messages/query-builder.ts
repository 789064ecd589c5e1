import type { Database } from 'better-sqlite3';
import {
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type Compilable,
  type RawBuilder,
} from 'kysely';
import type { Tables } from './schema.ts';

/** Builds queries, and only that: they run on the one connection, at once, inside the transaction of their batch. */
export const builder = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

/** Runs a query that has been built. */
export function rowsOf<Row>(
  database: Database,
  query: Compilable<Row> | RawBuilder<Row>,
): readonly Row[] {
  const { sql: text, parameters } =
    'isRawBuilder' in query ? query.compile(builder) : query.compile();
  return database.prepare<unknown[], Row>(text).all(...parameters);
}
