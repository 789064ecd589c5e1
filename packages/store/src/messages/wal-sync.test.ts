import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWalSync } from './wal-sync.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'consort-wal-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('callers that overlap share the next sync', async () => {
  const file = join(directory, 'log');
  writeFileSync(file, 'frames');
  const sync = openWalSync(file);
  const first = sync.flush();
  const second = sync.flush();
  const third = sync.flush();
  expect(second).not.toBe(first);
  expect(third).toBe(second);
  await Promise.all([first, second, third]);
  await sync.flush();
  await sync.close();
});

test('a failed sync rejects for those who wait for it and for those who wait for the next', async () => {
  const pipe = join(directory, 'pipe');
  execFileSync('mkfifo', [pipe]);
  // A pipe cannot be synced: the kernel says EINVAL.
  const writer = openSync(pipe, 'r+');
  const sync = openWalSync(pipe);
  const results = await Promise.allSettled([sync.flush(), sync.flush()]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await sync.close();
  closeSync(writer);
});
