import type { Database } from 'better-sqlite3';
import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openDatabase } from './open-database.ts';
import { searches } from './searches.ts';

vi.setConfig({ testTimeout: 120_000 });

let directory: string;
let database: Database;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'consort-times-'));
  ({ database } = await openDatabase(directory));
});
afterAll(async () => {
  database.close();
  await rm(directory, { recursive: true });
});

const iso = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 0, minutes)).toISOString();

/** Steps of the clock between two messages, in minutes: now and then it is set back. */
const steps = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: fc.nat(7) },
    { weight: 1, arbitrary: fc.integer({ min: -60, max: -1 }) },
  ),
  { minLength: 1, maxLength: 60 },
);
const bound = fc.option(fc.integer({ min: -70, max: 300 }), { nil: undefined });

test('messages of a time are all found, however the clock was set, before a purge and after it', () => {
  const insert = database.prepare(
    `INSERT INTO messages (session_id, type, priority, status, source_config_name,
        target_config_name, source_business_type, target_business_type, target_queue_name,
        time_created)
      VALUES (1, 'Request', 3, 'Completed', 'A', 'B', 'BusinessService', 'BusinessProcess', 'B', ?)`,
  );
  const { messages } = searches(database);
  fc.assert(
    fc.property(steps, bound, bound, fc.nat(20), (moves, from, to, purged) => {
      database.exec(`DELETE FROM messages; DELETE FROM message_times`);
      const recorded: { readonly id: number; readonly time: string }[] = [];
      let now = 100;
      for (const move of moves) {
        now += move;
        const { lastInsertRowid } = insert.run(iso(now));
        recorded.push({ id: Number(lastInsertRowid), time: iso(now) });
        // The oldest go while others come.
        if (recorded.length % 25 === purged) {
          const oldest = recorded.shift();
          database.prepare('DELETE FROM messages WHERE id = ?').run(oldest?.id);
        }
      }
      const [since, until] = [from, to].map((at) => (at === undefined ? undefined : iso(at)));
      const expected = recorded
        .filter(
          ({ time }) =>
            (since === undefined || time >= since) && (until === undefined || time < until),
        )
        .map(({ id }) => id);
      const filter = { ...(since && { since }), ...(until && { until }), limit: 1_000 };
      for (const more of [{}, { host: 'A' }, { type: 'Request' as const }]) {
        const found = messages({ ...filter, ...more }).map(({ id }) => id);
        expect(found.toReversed()).toEqual(expected);
      }
    }),
    // Clocks that were set back to a bucket before the first.
    { examples: [[[-53, -58, 1], undefined, 0, 0]], numRuns: 300 },
  );
});
