import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { MessageBody } from '@consort/core';
import { openMessageStore } from '@consort/store';
import { afterEach, beforeEach, expect, it } from 'vitest';

const main = new URL('../main.ts', import.meta.url).pathname;
const body: MessageBody = { type: 'test' };
let data: string;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'consort-act-'));
});
afterEach(() => rm(data, { recursive: true }));

it('finds the requests behind more responses than fit on a page of the record', async () => {
  const store = await openMessageStore(data);
  await store.setProduction({ name: 'Test', status: 'Stopped' });
  const request = {
    source: 'In',
    sourceType: 'BusinessService',
    targetType: 'BusinessProcess',
    body,
    priority: 'Sync',
    responseRequired: true,
  } as const;
  const { id } = await store.send({ ...request, target: 'Other' });
  await Promise.all(Array.from({ length: 501 }, () => store.send({ ...request, target: 'Done' })));
  for (let n = 0; n < 501; n++) {
    const message = await store.claim('Done', 1, 'me');
    await store.finish(message!.claim, { status: 'Completed', body });
  }
  await store.close();

  const words = ['resend', '--host', 'In', '--status', 'Queued', '--dry-run', '--data', data];
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...words]);
  expect(stdout).toBe(`resend would be done to ${id}\n`);
});
