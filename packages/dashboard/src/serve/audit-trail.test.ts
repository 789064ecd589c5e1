import type { AuditEntry } from '@consort/core';
import { openMessageStore, type OpenMessageStore } from '@consort/store';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { auditTrail, type AuditTrail } from './audit-trail.ts';

const refused: AuditEntry = {
  user: 'nobody',
  from: '10.0.0.1',
  action: 'login',
  what: '',
  result: 'LOGIN_FAILED',
};

let directory: string;
let store: OpenMessageStore;
let now: number;
let trail: AuditTrail;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'consort-trail-'));
  store = await openMessageStore(directory);
  now = 0;
  trail = auditTrail({ record: store }, () => now);
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

async function rows(): Promise<string[]> {
  const entries = await store.auditTrail({ limit: 5_000 });
  return entries.map(({ user, from, result }) => `${user} ${from} ${result}`).toReversed();
}

test('a refused login is noted once from a network, by user and code, within five minutes', async () => {
  for (let count = 0; count < 5; count += 1) {
    await trail.noteRefusedLogin({ ...refused, from: `2001:db8::${count}` });
    await trail.noteRefusedLogin({ ...refused, user: 'anna' });
    await trail.noteRefusedLogin({ ...refused, user: 'anna', result: 'TOO_MANY_REQUESTS' });
  }
  expect(await rows()).toEqual([
    'nobody 2001:db8::0 LOGIN_FAILED',
    'anna 10.0.0.1 LOGIN_FAILED',
    'anna 10.0.0.1 TOO_MANY_REQUESTS',
  ]);
  now = 300_001;
  await trail.noteRefusedLogin({ ...refused, user: 'anna' });
  expect(await rows()).toHaveLength(4);
});

test('strangers from everywhere make it grow by a bounded number of rows', async () => {
  for (let count = 0; count < 1_200; count += 1) {
    await trail.noteRefusedLogin({ ...refused, from: `10.1.${count >> 8}.${count & 255}` });
  }
  expect(await rows()).toHaveLength(1_000);
});

test('what a page that stays open sees again is noted once, and what cannot be noted is not taken for noted', async () => {
  const view = { user: 'anna', from: '10.0.0.1', action: 'message', what: '7', result: 'done' };
  let isAway = true;
  const record = {
    ...store,
    audit: (entry: AuditEntry) => (isAway ? Promise.reject(new Error('away')) : store.audit(entry)),
  };
  const seen = auditTrail({ record }, () => now);
  await expect(seen.noteOnce(view)).rejects.toThrow('away');
  isAway = false;
  for (let count = 0; count < 3; count += 1) await seen.noteOnce(view);
  await seen.noteOnce({ ...view, what: '8' });
  expect(await rows()).toHaveLength(2);
});
