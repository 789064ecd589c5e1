import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { traceIdOf, type ClaimedMessage, type Event } from '@consort/core';
import { openMessageStore, type OpenMessageStore } from '@consort/store';
import { startOtlpCollector, type OtlpCollector } from '@consort/testing/consort';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { followTraces, type TraceParts, type Traces } from './follow-traces.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let directory: string;
let store: OpenMessageStore;
let collector: OtlpCollector;
let events: Event[];
let traces: Traces | undefined;
let env: NodeJS.ProcessEnv;

const patience = { timeout: 60_000, interval: 50 };
const resource = { production: 'Demo', productionId: 'abc', version: '1.2.3' };
const secretName = 'Zebrafink';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'consort-traces-'));
  store = await openMessageStore(directory);
  collector = await startOtlpCollector();
  events = [];
  env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '50' };
});
afterEach(async () => {
  await traces?.close();
  await collector[Symbol.asyncDispose]();
  await store.close();
  await rm(directory, { recursive: true });
  expect(collector.faults).toEqual([]);
});

async function follow(change: Partial<TraceParts> = {}): Promise<void> {
  await traces?.close();
  traces = await followTraces({
    messages: store,
    resource,
    dataDirectory: directory,
    env,
    log: (event) => void events.push(event),
    ...change,
  });
}

/** A request from outside in the hands of its process. */
async function arrived(): Promise<ClaimedMessage> {
  await store.send({
    source: 'Door',
    sourceType: 'BusinessService',
    target: 'Storage',
    targetType: 'BusinessProcess',
    body: { type: 'test', name: secretName },
    priority: 'Sync',
    responseRequired: false,
  });
  return (await store.claim('Storage', 9, 'worker'))!;
}

/** What the process sends on, failed at its operation. */
async function failedAtFile(parent: ClaimedMessage): Promise<number> {
  const { id } = await store.send({
    source: 'Storage',
    sourceType: 'BusinessProcess',
    target: 'File',
    targetType: 'BusinessOperation',
    body: { type: 'test', name: secretName },
    priority: 'Sync',
    responseRequired: false,
    parent: { claim: parent.claim, index: 0 },
  });
  const { claim } = (await store.claim('File', 1, 'worker'))!;
  await store.finish(claim, {
    status: 'Error',
    error: { code: 'DISK_FULL', text: `no space for ${secretName}` },
  });
  return id;
}

test('each leg is a span in the trace of its session, below the leg that led to it', async () => {
  await follow();
  const first = await arrived();
  const id = await failedAtFile(first);
  await store.finish(first.claim, { status: 'Completed' });
  await expect.poll(() => collector.spans.length, patience).toBe(2);
  const [inner, outer] = collector.spans.toSorted((one) => (one.parentSpanId ? -1 : 1));
  expect(outer).toMatchObject({
    name: 'Door → Storage',
    traceId: traceIdOf('abc', first.header.id),
    kind: 2,
    isError: false,
    events: ['delivered'],
    attributes: {
      'consort.session.id': 1n,
      'consort.message.id': 1n,
      'consort.message.status': 'Completed',
    },
    resource: {
      'service.name': 'Demo',
      'service.version': '1.2.3',
      'service.instance.id': 'abc',
    },
  });
  expect(outer).not.toHaveProperty('parentSpanId');
  expect(inner).toMatchObject({
    name: 'Storage → File',
    traceId: outer?.traceId,
    parentSpanId: outer?.spanId,
    kind: 3,
    isError: true,
    attributes: { 'consort.message.id': BigInt(id), 'error.type': 'DISK_FULL' },
  });
  expect(outer!.start <= inner!.start && inner!.end <= outer!.end).toBe(true);
  expect(collector.bodies.join('')).not.toContain(secretName);
});

test('what ends while the collector or the production is away is told by the next start, in the same trace', async () => {
  collector.answer(503);
  await follow();
  const first = await arrived();
  await failedAtFile(first);
  await expect.poll(() => collector.bodies.length, patience).toBeGreaterThan(1);
  expect(events).toMatchObject([{ type: 'Warning', code: 'TRACES_UNAVAILABLE' }]);
  await traces?.close();
  await store.finish(first.claim, { status: 'Completed' });
  expect(collector.spans).toEqual([]);

  collector.answer(200);
  await follow();
  await expect.poll(() => collector.spans.length, patience).toBe(2);
  expect(new Set(collector.spans.map(({ traceId }) => traceId)).size).toBe(1);
  // A third start has nothing more to tell.
  await follow();
  await traces?.close();
  expect(collector.spans).toHaveLength(2);
});

test('a collector that is away for a moment is told of once, and again when it takes them', async () => {
  collector.answer(429);
  await follow();
  const { claim } = await arrived();
  await store.finish(claim, { status: 'Completed' });
  await expect.poll(() => collector.bodies.length, patience).toBeGreaterThan(2);
  collector.answer(200);
  await expect.poll(() => collector.spans.length, patience).toBe(1);
  await expect
    .poll(() => events.map(({ code }) => code), patience)
    .toEqual(['TRACES_UNAVAILABLE', 'TRACES_TAKEN']);
});

test('what a collector refuses for good is told, not sent again, and keeps nothing up', async () => {
  collector.answer(400);
  await follow();
  const first = await arrived();
  await store.finish(first.claim, { status: 'Completed' });
  await expect.poll(() => events.length, patience).toBe(1);
  expect(events[0]?.text).toContain('has refused 1 spans (it answered 400)');
  collector.answer(200, { partialSuccess: { rejectedSpans: '1', errorMessage: 'x' } });
  const second = await arrived();
  await store.finish(second.claim, { status: 'Completed' });
  await expect.poll(() => events.length, patience).toBe(2);
  expect(events[1]?.text).toContain('has refused 1 spans (it says so itself)');
  expect(collector.bodies).toHaveLength(2);
});

test('a stop tells what has just ended', async () => {
  env = { ...env, OTEL_BSP_SCHEDULE_DELAY: '600000' };
  await follow();
  const { claim } = await arrived();
  await store.finish(claim, { status: 'Completed' });
  await traces?.close();
  expect(collector.spans).toHaveLength(1);
});

test('a message that has not ended is told when it has, however long that takes', async () => {
  await follow();
  const early = await arrived();
  const late = await arrived();
  await store.finish(late.claim, { status: 'Completed' });
  await expect.poll(() => collector.spans.length, patience).toBe(1);
  await follow();
  await store.finish(early.claim, { status: 'Completed' });
  await expect.poll(() => collector.spans.length, patience).toBe(2);
  expect(collector.spans.map(({ attributes }) => attributes['consort.message.id'])).toEqual([
    2n,
    1n,
  ]);
});

test('the headers of the environment go with it, and nothing is sent where no collector is named', async () => {
  env = { ...env, OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20x,x-tenant=one' };
  await follow();
  const { claim } = await arrived();
  await store.finish(claim, { status: 'Completed' });
  await expect.poll(() => collector.spans.length, patience).toBe(1);
  expect(collector.headers[0]).toMatchObject({ authorization: 'Bearer x', 'x-tenant': 'one' });

  await traces?.close();
  await rm(join(directory, 'traces.json'));
  await follow({ env: {} });
  const second = await arrived();
  await store.finish(second.claim, { status: 'Completed' });
  await traces?.close();
  expect(collector.spans).toHaveLength(1);
  expect(await readdir(directory)).not.toContain('traces.json');
});
