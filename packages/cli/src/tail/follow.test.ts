import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageReader } from '@consort/core';
import { openMessageReader, openMessageStore } from '@consort/store';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { follow, type News } from './follow.ts';

let directory: string;
let store: Awaited<ReturnType<typeof openMessageStore>>;
let reader: MessageReader;
let ending: AbortController;
let following: Promise<void>;
let news: News[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'consort-follow-'));
  store = await openMessageStore(directory);
  reader = await openMessageReader(directory);
  ending = new AbortController();
  news = [];
});
afterEach(async () => {
  ending.abort();
  await following;
  await reader.close();
  await store.close();
  await rm(directory, { recursive: true });
});

const send = () =>
  store.send({
    source: 'Service',
    sourceType: 'BusinessService',
    target: 'Process',
    targetType: 'BusinessProcess',
    body: { type: 'test' },
    priority: 'Async',
    responseRequired: false,
  });

/** Resolves when it has looked for the first time, so that what comes now is new. */
async function start(): Promise<void> {
  const looking = Promise.withResolvers<void>();
  const watched: MessageReader = {
    ...reader,
    messages(filter) {
      if (filter?.after !== undefined) looking.resolve();
      return reader.messages(filter);
    },
  };
  following = follow(watched, ending.signal, (some) => news.push(...some));
  await looking.promise;
}

async function until(count: number): Promise<readonly News[]> {
  while (news.length < count) await sleep(10);
  return news;
}

it('gives what is new, oldest first, and nothing that was there before', async () => {
  await send();
  await store.log({ type: 'Info', code: 'BEFORE', text: '' });
  await start();
  const two = await send();
  const three = await send();
  await store.log({ type: 'Info', code: 'AFTER', text: '' });
  expect(await until(3)).toMatchObject([
    { message: { id: two.id, status: 'Queued' } },
    { message: { id: three.id, status: 'Queued' } },
    { event: { code: 'AFTER' } },
  ]);
});

it('gives a message again when its status or its attempts have changed', async () => {
  await start();
  await send();
  await until(1);
  const { claim } = (await store.claim('Process', 1, 'test'))!;
  await until(2);
  await store.retrying(claim, { code: 'DISK_FULL', text: 'no space' }, new Date().toISOString());
  await until(3);
  await store.finish(claim, { status: 'Completed' });
  expect(await until(4)).toMatchObject([
    { message: { status: 'Queued', attempts: 0 } },
    { message: { status: 'Delivered', attempts: 0 } },
    { message: { status: 'Delivered', attempts: 1 } },
    { message: { status: 'Completed', attempts: 1 } },
  ]);
});

it('says how many came that it leaves out, when there are too many for one look', async () => {
  await start();
  await Promise.all(Array.from({ length: 620 }, send));
  const isLast = (one: News | undefined) => one && 'message' in one && one.message.id === 620;
  while (!isLast(news.at(-1))) await sleep(10);
  const given = await until(501);
  const left = given.reduce((sum, one) => sum + ('leftOut' in one ? one.leftOut : 0), 0);
  expect(given.filter((one) => 'message' in one).length + left).toBe(620);
});
