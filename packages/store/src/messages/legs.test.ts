import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from 'better-sqlite3';
import { legs } from './legs.ts';
import { openDatabase } from './open-database.ts';
import { receipts } from './receipts.ts';
import { sends } from './sends.ts';

let directory: string;
let database: Database;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'consort-legs-'));
  ({ database } = await openDatabase(directory));
});
afterEach(async () => {
  database.close();
  await rm(directory, { recursive: true });
});

function send(): number {
  const { id } = sends(database).send({
    source: 'Service',
    sourceType: 'BusinessService',
    target: 'PACS2',
    targetType: 'BusinessOperation',
    body: { type: 'test' },
    priority: 'Async',
    responseRequired: false,
  });
  return id;
}

test('a message for a disabled host says since when it is, by whom and why', () => {
  const id = send();
  const { place } = legs(database);
  expect(place(id)).not.toHaveProperty('disabled');
  const since = '2026-01-01T02:14:00.000Z';
  const disable = database.prepare(`INSERT OR REPLACE INTO disabled_hosts VALUES (?, ?, ?, ?)`);
  disable.run('Other', since, 'ann', 'upgrade');
  expect(place(id)).not.toHaveProperty('disabled');
  disable.run('PACS2', since, 'ann', 'upgrade');
  expect(place(id)?.disabled).toEqual({
    name: 'PACS2',
    since,
    by: 'ann',
    reason: 'upgrade',
  });
  disable.run('PACS2', since, 'ann', null);
  expect(place(id)?.disabled).toEqual({ name: 'PACS2', since, by: 'ann' });
});

test('a message that is removed takes its receipts with it', () => {
  const id = send();
  receipts(database).delivered(id, { peer: 'file:1', status: 'written', digest: 'a', size: 1 });
  const count = database.prepare('SELECT count(*) FROM receipts').pluck();
  expect(count.get()).toBe(1);
  database.prepare('DELETE FROM messages WHERE id = ?').run(id);
  expect(count.get()).toBe(0);
});
