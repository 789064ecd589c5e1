import Database from 'better-sqlite3';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openMessageStore } from './open-message-store.ts';

test('an entry of the audit trail is neither changed nor removed, also by who has the database open', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'consort-audit-'));
  const store = await openMessageStore(directory);
  const entry = { user: 'anna', from: '10.0.0.1', action: 'document', what: '1', result: 'done' };
  await store.audit(entry);
  const database = new Database(join(directory, 'messages.db'));
  try {
    expect(() => database.exec(`UPDATE audit SET user = 'bert'`)).toThrow('is not changed');
    expect(() => database.exec(`DELETE FROM audit`)).toThrow('nothing is removed');
  } finally {
    database.close();
  }
  expect(await store.auditTrail()).toMatchObject([entry]);
  await store.close();
  await rm(directory, { recursive: true });
});
