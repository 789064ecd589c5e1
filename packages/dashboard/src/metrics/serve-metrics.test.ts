import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageReader } from '@consort/core';
import { openMessageStore, type OpenMessageStore } from '@consort/store';
import { parseMetrics, readMetrics } from '@consort/testing/consort';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openDashboard, type Dashboard } from '../open-dashboard.ts';
import { exposition } from './exposition.ts';
import { sharedReading } from './reading.ts';
import type { MetricsSource, ThreadPulse } from './source.ts';

const hostile = 'Door "1"\\\n}';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let directory: string;
let store: OpenMessageStore;
let pulses: ThreadPulse[];
let source: MetricsSource;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'metrics-'));
  store = await openMessageStore(directory);
  pulses = [];
  source = {
    version: '1.2.3',
    measurements: () => store.measurements(),
    pulses: () => pulses,
    disk: () => Promise.resolve({ size: 1000, free: 300 }),
  };
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

async function running(): Promise<void> {
  const now = '2026-11-24T00:00:00.000Z';
  await store.setProduction({
    name: 'Demo.DICOM',
    status: 'Running',
    startedAt: now,
    heartbeatAt: now,
    redis: { status: 'connected', since: now },
  });
  const host = { component: 'x', poolSize: 2, status: 'Running' } as const;
  await store.setHost({ ...host, name: hostile, type: 'BusinessService' });
  await store.setHost({ ...host, name: 'File', type: 'BusinessOperation' });
}

async function told() {
  return parseMetrics((await exposition(await sharedReading(store, source)())).text);
}

describe('what /metrics tells', () => {
  test('is all there before anything has happened, with 0 for what is to be counted', async () => {
    await running();
    const metrics = await told();
    for (const status of ['Completed', 'Error'])
      expect(metrics.value('consort_messages_total', { host: 'File', status })).toBe(0);
    expect(metrics.value('consort_queue_depth', { host: hostile })).toBe(0);
    expect(metrics.value('consort_message_wait_seconds_count', { host: 'File' })).toBe(0);
    expect(metrics.value('consort_host_status', { host: 'File', status: 'Running' })).toBe(1);
    expect(metrics.value('consort_host_status', { host: 'File', status: 'Error' })).toBe(0);
    expect(metrics.value('consort_build_info', { version: '1.2.3' })).toBe(1);
    expect(metrics.value('consort_redis_since_timestamp_seconds')).toBe(
      Date.parse('2026-11-24') / 1000,
    );
    expect(metrics.value('consort_data_disk_used_bytes')).toBe(700);
    expect(metrics.value('consort_alerts_open', { condition: 'queueWait' })).toBe(0);
    expect(metrics.types.get('consort_messages_total')).toBe('counter');
    expect(metrics.types.get('consort_message_run_seconds')).toBe('histogram');
    // What the client library tells of the process.
    expect(metrics.value('process_cpu_seconds_total')).toBeGreaterThan(0);
  });

  test('counts a message from its queue to its end, and how long it took', async () => {
    await running();
    for (let sent = 0; sent < 3; sent += 1) await send();
    const claimed = await store.claim('File', 1, 'a worker');
    const middle = await told();
    expect(middle.value('consort_queue_depth', { host: 'File' })).toBe(2);
    expect(middle.value('consort_messages_in_progress', { host: 'File' })).toBe(1);
    expect(middle.value('consort_queue_oldest_wait_seconds', { host: 'File' })).toBeGreaterThan(0);
    await store.finish(claimed!.claim, { status: 'Completed' });
    const after = await told();
    expect(after.value('consort_messages_total', { host: 'File', status: 'Completed' })).toBe(1);
    for (const name of ['consort_message_wait_seconds', 'consort_message_run_seconds']) {
      const buckets = after.samples.filter((sample) => sample.name === `${name}_bucket`);
      const own = buckets.filter(({ labels }) => labels['host'] === 'File');
      expect(own.at(-1)).toMatchObject({ labels: { le: '+Inf' }, value: 1 });
      expect(own.map(({ value }) => value)).toEqual(own.map(({ value }) => value).toSorted());
      expect(after.value(`${name}_count`, { host: 'File' })).toBe(1);
    }
  });

  test('has what threads and components tell of themselves, and nothing in the place of its own', async () => {
    await running();
    const measure = { kind: 'counter', help: 'Rows.', labels: { of: 'a"b' }, value: 7 } as const;
    const pulse = { hostNames: [hostile], at: 5_000, lagP99: 12, lagMax: 30 };
    pulses = [
      {
        ...pulse,
        measures: {
          [hostile]: [
            { ...measure, name: 'rows_read' },
            { ...measure, name: 'rows_read' },
            { ...measure, name: 'rows_read', kind: 'gauge' },
            { ...measure, name: 'messages' },
          ],
        },
      },
      { ...pulse, hostNames: ['File'], measures: {} },
      { ...pulse, hostNames: ['File', 'Other'], at: 6_000, measures: {} },
    ];
    const metrics = await told();
    expect(metrics.value('consort_rows_read_total', { host: hostile, of: 'a"b' })).toBe(7);
    expect(metrics.value('consort_messages_total', { of: 'a"b' })).toBeUndefined();
    expect(metrics.value('consort_thread_lag_p99_seconds', { thread: hostile })).toBe(0.012);
    const inner = { thread: 'processes and operations' };
    expect(metrics.value('consort_thread_heartbeat_timestamp_seconds', inner)).toBe(6);
  });

  test('says that the record is away, and still tells of the rest', async () => {
    await running();
    const read = sharedReading(store, source);
    await store.close();
    const metrics = parseMetrics((await exposition(await read())).text);
    expect(metrics.value('consort_record_up')).toBe(0);
    expect(metrics.value('consort_production_ready')).toBe(0);
    expect(metrics.value('consort_data_disk_free_bytes')).toBe(300);
    expect(metrics.value('consort_queue_depth')).toBeUndefined();
    store = await openMessageStore(directory);
  });
});

describe('a reading', () => {
  test('is shared by all who ask within a second, and made anew after it', async () => {
    let asked = 0;
    const counting = { ...store, queues: () => ((asked += 1), store.queues()) };
    let now = 1_000_000;
    const read = sharedReading(counting, source, () => now);
    const first = await Promise.all(Array.from({ length: 50 }, read));
    now += 999;
    await read();
    expect(asked).toBe(1);
    expect(new Set(first).size).toBe(1);
    now += 1;
    await read();
    expect(asked).toBe(2);
    // A clock that was set back.
    now -= 60_000;
    await read();
    expect(asked).toBe(3);
  });

  test('does not ask a record again that still owes an answer', async () => {
    let asked = 0;
    const never: MessageReader = {
      ...store,
      queues: () => ((asked += 1), new Promise(() => undefined)),
    };
    let now = 0;
    const read = sharedReading(never, source, () => (now += 10_000));
    const readings = await Promise.all([read(), read(), read()]);
    expect(readings.map(({ record }) => record)).toEqual([undefined, undefined, undefined]);
    expect(readings[0]?.disk).toEqual({ size: 1000, free: 300 });
    expect(asked).toBe(1);
  });
});

describe('over HTTP', () => {
  let dashboard: Dashboard;

  afterEach(() => dashboard.close());

  test('/metrics is the text format, /livez needs no record, /readyz says why not', async () => {
    await running();
    dashboard = await openDashboard({ port: 0, reader: store, queues: [], metrics: source });
    const response = await fetch(`${dashboard.url}/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect((await readMetrics(dashboard.url)).value('consort_record_up')).toBe(1);

    await store.setProduction({ heartbeatAt: new Date().toISOString() });
    expect(await ready()).toEqual({ ready: true, reasons: [] });
    await store.setHost({
      name: hostile,
      type: 'BusinessService',
      component: 'x',
      poolSize: 1,
      status: 'Error',
    });
    expect(await ready()).toEqual({ ready: false, reasons: [`${hostile} is Error`] });
    await store.close();
    expect(await ready()).toEqual({ ready: false, reasons: ['the record does not answer'] });
    expect((await fetch(`${dashboard.url}/livez`)).status).toBe(200);
    store = await openMessageStore(directory);
  });

  async function ready(): Promise<unknown> {
    return (await fetch(`${dashboard.url}/readyz`)).json();
  }
});

async function send(): Promise<void> {
  await store.send({
    source: hostile,
    sourceType: 'BusinessService',
    target: 'File',
    targetType: 'BusinessOperation',
    body: { type: 'dicom.document' },
    priority: 'Async',
    responseRequired: false,
  });
}
