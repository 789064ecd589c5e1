import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageHeader, MessageReader } from '@consort/core';
import { dataSetDigest } from '@consort/dicom/part10';
import { receivedFiles } from '@consort/testing/consort';
import { expect } from 'vitest';

/** Resolves when no message is queued or in progress. */
export async function idle(reader: MessageReader): Promise<void> {
  for (;;) {
    const queues = await reader.queues();
    if (queues.every(({ queued, delivered }) => queued + delivered === 0)) return;
    await sleep(50);
  }
}

/** Every image of the list is in a file of the folder, its data set as it was sent. */
export async function proveEachIsStored(images: readonly string[], folder: string): Promise<void> {
  const stored = new Set((await receivedFiles(folder)).map(({ digest }) => digest));
  const lost = [];
  for (const image of images) if (!stored.has(await dataSetDigest(image))) lost.push(image);
  expect(lost, 'told Success and not in any file').toEqual([]);
}

/**
 * Message by message: each request that the file operation completed names one file in its response, no two
 * name the same, and the folder holds these files and nothing else, each with the data
 * set that its message says.
 */
export async function proveOneFileEach(
  reader: MessageReader,
  operation: string,
  folder: string,
): Promise<void> {
  const all = await allMessages(reader, operation);
  const requests = all.filter(
    ({ type, targetConfigName, status }) =>
      type === 'Request' && targetConfigName === operation && status === 'Completed',
  );
  const named: { path: unknown; digest: unknown }[] = [];
  for (const { id, sessionId } of requests) {
    const legs = await reader.session(sessionId);
    const responses = legs.filter(({ header }) => header.correspondingMessageId === id);
    const answers = responses.filter(({ header }) => header.type === 'Response');
    expect(answers, `responses to message ${id}`).toHaveLength(1);
    const body = answers[0]?.body;
    const request = legs.find(({ header }) => header.id === id);
    expect(body?.['digest'], `what message ${id} wrote`).toBe(request?.body?.document?.digest);
    named.push({ path: body?.['path'], digest: body?.['digest'] });
  }
  const files = (await receivedFiles(folder)).map(({ name, digest }) => ({ path: name, digest }));
  const byPath = (one: { path: unknown }, other: { path: unknown }) =>
    String(one.path).localeCompare(String(other.path));
  expect(named.toSorted(byPath)).toEqual(files.toSorted(byPath));
}

/** Every message has come to its end, and nothing half-written is left: there is nothing to repair. */
export async function proveAllIsFinished(reader: MessageReader, data: string): Promise<void> {
  const unfinished = [];
  for (const status of ['Created', 'Queued', 'Delivered', 'Deferred', 'Suspended'] as const) {
    unfinished.push(...(await reader.messages({ status, limit: 10 })));
  }
  expect(unfinished).toEqual([]);
  expect(await readdir(join(data, 'documents', 'tmp'))).toEqual([]);
}

/** All messages from or to a host, newest first. */
export async function allMessages(
  reader: MessageReader,
  host: string,
): Promise<readonly MessageHeader[]> {
  const found: MessageHeader[] = [];
  for (;;) {
    const before = found.at(-1)?.id;
    const page = await reader.messages({ host, limit: 500, ...(before ? { before } : {}) });
    if (page.length === 0) return found;
    found.push(...page);
  }
}
