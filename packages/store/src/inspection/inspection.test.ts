import Database from 'better-sqlite3';
import { mkdtemp, open, rm, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DocumentStore, NewRequest } from '@consort/core';
import { openDocumentStore } from '../documents/open-document-store.ts';
import { openMessageStore } from '../messages/open-message-store.ts';
import { inspectDocuments } from './inspect-documents.ts';
import { inspectMessages } from './inspect-messages.ts';

let directory: string;
let documents: DocumentStore;
let store: Awaited<ReturnType<typeof openMessageStore>>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'consort-inspection-'));
  documents = await openDocumentStore(join(directory, 'documents'));
  store = await openMessageStore(directory);
});
afterEach(async () => {
  await store.close();
  await documents.close();
  await rm(directory, { recursive: true });
});

const request: NewRequest = {
  source: 'Door',
  sourceType: 'BusinessService',
  target: 'File',
  targetType: 'BusinessOperation',
  body: { type: 'test' },
  priority: 'Async',
  responseRequired: false,
};

async function keep(text: string): Promise<string> {
  const writer = await documents.create();
  await writer.write(Buffer.from(text));
  return (await writer.commit()).digest;
}

/** A document and a message that names it. */
async function receive(text: string) {
  const digest = await keep(text);
  const document = {
    digest,
    size: text.length,
    transferSyntaxUid: '1.2.840.10008.1.2.1',
    sopClassUid: '1.2',
    attributes: {},
  };
  const { id } = await store.send({ ...request, body: { type: 'test', document } });
  return { digest, id };
}

const pathOf = (digest: string) => join(directory, 'documents', digest.slice(0, 2), digest);

/** Changes the record behind the store's back, as no engine would. */
function tamper(statement: string, ...values: unknown[]): void {
  const database = new Database(join(directory, 'messages.db'));
  database.prepare(statement).run(...values);
  database.close();
}

async function older(digest: string): Promise<void> {
  const hourAgo = new Date(Date.now() - 3_600_000);
  await utimes(pathOf(digest), hourAgo, hourAgo);
}

describe('documents', () => {
  const inspect = (isDeep = false) => inspectDocuments(directory, { now: new Date(), isDeep });

  test('that messages name and that are there are in order', async () => {
    await receive('one');
    await receive('three');
    expect(await inspect(true)).toEqual({
      files: 2,
      bytes: 8,
      unnamed: { count: 0, bytes: 0, paths: [] },
      missing: [],
      corrupt: [],
    });
  });

  test('that no message names are found, unless they are young or a purge removes them', async () => {
    await receive('named');
    const [orphan, leaving] = [await keep('orphan'), await keep('leaving')];
    await keep('young');
    await older(orphan);
    await older(leaving);
    tamper('INSERT INTO unreferenced_documents VALUES (?, ?)', leaving, new Date().toISOString());
    expect(await inspect()).toMatchObject({
      files: 4,
      unnamed: { count: 1, bytes: 'orphan'.length, paths: [pathOf(orphan)] },
      missing: [],
    });
  });

  test('that are gone are found with the messages that name them', async () => {
    const { digest, id } = await receive('gone');
    await receive('gone');
    await unlink(pathOf(digest));
    const { claim } = (await store.claim('File', 1, 'test'))!;
    await store.finish(claim, { status: 'Completed' });
    const missing = [{ digest, firstMessageId: id, messages: 2, unfinished: 1 }];
    expect(await inspect()).toMatchObject({ files: 0, missing });
    expect(await inspect(true)).toMatchObject({ missing, corrupt: [] });
  });

  test('whose bytes have changed are found by reading them, and only so', async () => {
    const { digest, id } = await receive('sound');
    const { digest: other } = await receive('other');
    const file = await open(pathOf(digest), 'r+');
    await file.write('S', 0);
    await file.close();
    expect(await inspect()).toMatchObject({ corrupt: [], missing: [] });
    let read = 0;
    const progress = (bytes: number) => (read += bytes);
    const found = await inspectDocuments(directory, { now: new Date(), isDeep: true, progress });
    expect(found.corrupt).toEqual([{ digest, firstMessageId: id, messages: 1, unfinished: 1 }]);
    expect(read).toBe(10);
    expect(other).not.toBe(digest);
  });
});

describe('messages', () => {
  test('that are in order are counted, with what came and went in a day', async () => {
    const { id, digest } = await receive('12345');
    await receive('12345');
    const { id: last } = await receive('123');
    const written = { status: 'written', digest, size: 5 };
    await store.delivered(id, { ...written, peer: 'file:1' });
    await store.delivered(last, { ...written, peer: 'PACS@10.0.0.1:104' });
    const found = await inspectMessages(directory, new Date());
    expect(found).toMatchObject({
      damage: [],
      messages: 3,
      newest: { messageId: last },
      lastDay: { messages: 3, documentBytes: 8, fileBytes: { File: 5 } },
    });
    expect(found).not.toHaveProperty('setBack');
    expect(found.size + found.logSize).toBeGreaterThan(4096);
    const later = new Date(Date.now() + 2 * 86_400_000);
    expect((await inspectMessages(directory, later)).lastDay).toEqual({
      messages: 0,
      documentBytes: 0,
      fileBytes: {},
    });
  });

  test('a clock that was set back is seen by the message after it', async () => {
    for (let n = 0; n < 4; n++) await store.send(request);
    const past = new Date(Date.now() - 7_200_000).toISOString();
    tamper('UPDATE messages SET time_created = ? WHERE id = 3', past);
    const { setBack } = await inspectMessages(directory, new Date());
    expect(setBack).toMatchObject({ messageId: 3, time: past });
    expect(Math.round((setBack?.seconds ?? 0) / 60)).toBe(120);
  });

  test('a database with a damaged page is told by quick_check, or cannot be read', async () => {
    for (let n = 0; n < 200; n++) await store.send(request);
    await store.close();
    const path = join(directory, 'messages.db');
    const { size } = await stat(path);
    const file = await open(path, 'r+');
    for (let page = 2; page < size / 4096; page += 2) {
      await file.write(Buffer.alloc(600, 0x5a), 0, 600, page * 4096);
    }
    await file.close();
    const found = await inspectMessages(directory, new Date()).catch((error: unknown) => error);
    if (found instanceof Error) expect(found).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    else expect((found as { damage: readonly string[] }).damage).not.toEqual([]);
    store = await openMessageStore(await mkdtemp(join(directory, 'other-')));
  });

  test('of a file that is no store are an error with its name', async () => {
    await store.close();
    await writeFile(join(directory, 'messages.db'), 'no database'.repeat(1_000));
    await expect(inspectMessages(directory, new Date())).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining(join(directory, 'messages.db')) as string,
    });
    store = await openMessageStore(await mkdtemp(join(directory, 'other-')));
  });
});
