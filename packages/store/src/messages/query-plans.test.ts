import type { Database } from 'better-sqlite3';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EventFilter, ImageFilter, MessageFilter } from '@consort/core';
import { alerts } from './alerts.ts';
import { claims } from './claims.ts';
import { finishes } from './finishes.ts';
import { openDatabase } from './open-database.ts';
import { noticingOtherContent } from './other-content.ts';
import { readings } from './readings.ts';
import { receipts } from './receipts.ts';
import { noticingReturnedImages } from './returned-images.ts';
import { sends } from './sends.ts';
import { tracedLegs } from './traced-legs.ts';

// SQLite uses a partial index only for a query that repeats its condition in the right words; one that does
// not is right, and reads the whole table.

let directory: string;
let database: Database;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'consort-plans-'));
  ({ database } = await openDatabase(directory));
});
afterAll(async () => {
  database.close();
  await rm(directory, { recursive: true });
});

test('no statement of the engine reads all messages', () => {
  const found = plansOf((watched) => {
    noticingReturnedImages(watched, noticingOtherContent(watched, sends(watched)));
    claims(watched);
    finishes(watched);
    receipts(watched);
    readings(watched);
    alerts(watched);
    tracedLegs(watched);
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
  { seriesInstanceUid: '1.2' },
  { patientName: 'MÜLLER^' },
  { calledAeTitle: 'IRIS' },
  { modality: 'CT' },
  { modality: 'CT', patientName: 'A', since: '2026-01-01T00:00:00.000Z' },
  { errorText: 'no route' },
  { errorText: '50%', host: 'Process', type: 'Request' },
  { since: '2026-01-01T00:00:00.000Z' },
  { since: '2026-01-01T00:00:00.000Z', until: '2026-01-02T00:00:00.000Z', status: 'Completed' },
  { since: '2026-01-01T00:00:00.000Z', host: 'Process' },
  { accessionNumber: 'A', since: '2026-01-01T00:00:00.000Z' },
  { after: 100 },
])('messages by %o begin at an index', (filter) => {
  const found = plansOf((watched) => readings(watched).messages(filter));
  expect(wholeTables(found)).toEqual([]);
});

test.each<EventFilter>([
  { type: 'Error' },
  { host: 'Process' },
  { code: 'STARTED' },
  { sessionId: 1 },
  { since: '2026-01-01T00:00:00.000Z', until: '2026-01-02T00:00:00.000Z', text: 'refused' },
  { before: 100 },
  { after: 100 },
])('events by %o begin at an index', (filter) => {
  const found = plansOf((watched) => readings(watched).events(filter));
  expect(wholeTables(found)).toEqual([]);
});

test.each<ImageFilter>([
  { patientId: 'P' },
  { accessionNumber: 'A' },
  { studyInstanceUid: '1.2' },
  { sopInstanceUid: '1.2', since: '2026-01-01T00:00:00.000Z' },
  { since: '2026-01-01T00:00:00.000Z', until: '2026-01-02T00:00:00.000Z' },
])('images and studies by %o begin at an index', (filter) => {
  const found = plansOf((watched) => [
    readings(watched).images(filter),
    readings(watched).studies(filter),
  ]);
  // Those without a study have no index: there are few of them, and they are looked for only where one was found.
  const isOfNoStudy = (step: string) => step.startsWith('SCAN documents:');
  expect(wholeTables(found).filter((step) => !isOfNoStudy(step))).toEqual([]);
});

test('the audit trail by a user and a time begins at an index', () => {
  const found = plansOf((watched) => [
    readings(watched).auditTrail({ user: 'anna' }),
    readings(watched).auditTrail({ since: '2026-01-01T00:00:00.000Z', before: 100 }),
  ]);
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

/** Steps that go through a table that only grows, other than by the index of what is open or has failed. */
function wholeTables(plans: Map<string, readonly string[]>): readonly string[] {
  return [...plans].flatMap(([sql, steps]) =>
    steps
      .filter((step) =>
        /^SCAN (m|d|r|s|e|f|o|n|leg|messages|documents|bodies|events|receipts|audit|activity)\b/.test(
          step,
        ),
      )
      .filter((step) => !/INDEX messages_(open|errors)/.test(step))
      .map((step) => `${step}: ${sql}`),
  );
}
