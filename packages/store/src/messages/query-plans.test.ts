import type { Database } from 'better-sqlite3';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EventFilter, MessageFilter } from '@consort/core';
import { claims } from './claims.ts';
import { finishes } from './finishes.ts';
import { openDatabase } from './open-database.ts';
import { readings } from './readings.ts';
import { sends } from './sends.ts';

// SQLite uses a partial index only for a query that repeats its condition in the right words; one that does
// not is right, and reads the whole table.

let directory: string;
let database: Database;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'consort-plans-'));
  database = await openDatabase(directory);
});
afterAll(async () => {
  database.close();
  await rm(directory, { recursive: true });
});

test('no statement of the engine reads all messages', () => {
  const found = plansOf((watched) => {
    sends(watched);
    claims(watched);
    finishes(watched);
    readings(watched);
  });
  expect(found.size).toBeGreaterThan(20);
  expect(wholeTables(found)).toEqual([]);
});

test.each<MessageFilter>([
  { host: 'Process' },
  { status: 'Queued' },
  { status: 'Delivered', host: 'Process' },
  { status: 'Error' },
  { sessionId: 1 },
  { callingAeTitle: 'ORTHANC' },
  { patientId: 'P' },
  { accessionNumber: 'A' },
  { studyInstanceUid: '1.2' },
  { sopInstanceUid: '1.2', host: 'Process', before: 100 },
])('messages by %o begin at an index', (filter) => {
  const found = plansOf((watched) => readings(watched).messages(filter));
  expect(wholeTables(found)).toEqual([]);
});

test.each<EventFilter>([
  { type: 'Error' },
  { host: 'Process' },
  { code: 'STARTED' },
  { sessionId: 1 },
  { since: '2026-01-01T00:00:00.000Z' },
])('events by %o begin at an index', (filter) => {
  const found = plansOf((watched) => readings(watched).events(filter));
  expect(wholeTables(found)).toEqual([]);
});

/** The plan of every statement that is prepared meanwhile, by its SQL. */
function plansOf(prepare: (watched: Database) => unknown): Map<string, readonly string[]> {
  const plans = new Map<string, readonly string[]>();
  const watched = new Proxy(database, {
    get(target, name) {
      if (name !== 'prepare') return Reflect.get(target, name) as unknown;
      return (sql: string) => {
        const named = Object.fromEntries([...sql.matchAll(/:(\w+)/g)].map(([, key]) => [key, 1]));
        const places = Array.from({ length: sql.split('?').length - 1 }, () => 'x');
        const explained = target.prepare<unknown[], { detail: string }>(
          `EXPLAIN QUERY PLAN ${sql}`,
        );
        const rows = places.length > 0 ? explained.all(...places) : explained.all(named);
        plans.set(
          sql,
          rows.map(({ detail }) => detail),
        );
        return target.prepare(sql);
      };
    },
  });
  prepare(watched);
  return plans;
}

/** Steps that go through a table that only grows, other than by the index of what is open. */
function wholeTables(plans: Map<string, readonly string[]>): readonly string[] {
  return [...plans].flatMap(([sql, steps]) =>
    steps
      .filter((step) => /^SCAN (m|d|r|messages|documents|bodies|events)\b/.test(step))
      .filter((step) => !step.includes('INDEX messages_open'))
      .map((step) => `${step}: ${sql}`),
  );
}
