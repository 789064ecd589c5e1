import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMessageStore, type OpenMessageStore } from '@consort/store';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { unfinishedOf } from './unfinished-of.ts';

let directory: string;
let messages: OpenMessageStore;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'unfinished-'));
  messages = await openMessageStore(directory);
});

afterEach(async () => {
  await messages.close();
  await rm(directory, { recursive: true });
});

it('counts the messages of a queue that lie behind a thousand that its host has sent', async () => {
  await send('In', 'Middle');
  await suspend('Middle');
  await send('In', 'Middle');
  await send('In', 'Middle');
  await messages.claim('Middle', 1, 'owner');
  for (let n = 0; n < 1_000; n += 1) {
    await send('Middle', 'Out');
    await suspend('Out');
  }
  expect(await unfinishedOf('Middle', messages)).toEqual([
    ['Queued', 1],
    ['Delivered', 1],
    ['Deferred', 0],
    ['Suspended', 1],
  ]);
});

function send(source: string, target: string) {
  return messages.send({
    source,
    sourceType: 'BusinessService',
    target,
    targetType: 'BusinessOperation',
    body: { type: 'test.number' },
    priority: 'Async',
    responseRequired: false,
  });
}

async function suspend(host: string): Promise<void> {
  const message = await messages.claim(host, 1, 'owner');
  if (!message) throw new Error(`nothing is queued for ${host}`);
  const error = { code: 'HANDLER_FAILED', text: 'a test' } as const;
  await messages.finish(message.claim, { status: 'Suspended', error });
}
