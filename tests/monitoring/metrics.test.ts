import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openQueues } from '@consort/redis';
import { openMessageReader } from '@consort/store';
import { readMetrics, startProductionProcess } from '@consort/testing/consort';
import { parse } from 'yaml';
import { expect, test } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { root } from '../house/root.ts';
import { file, folder, port, production, send, verb } from '../operated.ts';
import { familyOf, metricsOf } from './promql.ts';

const run = promisify(execFile);
const rules = root('docs/monitoring/alert-rules.yaml');
const dashboard = root('docs/monitoring/grafana-dashboard.json');

describeWith(['redis', 'dcmtk', 'prometheus'], 'what machines are told', () => {
  test('the command line, /metrics and Redis count the same, from the first image to the last', async () => {
    await production();
    const data = join(folder, 'data');
    await using running = await startProductionProcess(file, {
      data,
      args: ['--page', '127.0.0.1:0'],
    });
    const page = /page at (\S+)/.exec(running.output())?.[1] ?? '';
    const reader = await openMessageReader(data);
    const { redis, id } = (await reader.production())!;
    const queues = openQueues({
      url: redis.url ?? '',
      prefix: `consort-${id}`,
      hosts: ['Door', 'Storage', 'File'],
    });
    const metrics = () => readMetrics(page);

    // Two go through, three wait for an operation that is stopped.
    await send(0);
    await send(1);
    await expect
      .poll(async () => (await metrics()).value(ended, completedAt('File')), patience)
      .toBe(2);
    expect((await verb('stop-host', 'File')).code).toBe(0);
    for (const n of [0, 1, 2]) await send(n);

    await expect.poll(() => depths(metrics), patience).toEqual({ Door: 0, Storage: 0, File: 3 });
    const { queues: counted } = JSON.parse((await verb('queues', '--json')).output) as {
      queues: readonly { host: string; queued: number; delivered: number; completed: number }[];
    };
    const held = await metrics();
    for (const { host, queued, delivered, completed } of counted) {
      expect(held.value('consort_queue_depth', { host }), host).toBe(queued);
      expect(held.value('consort_messages_in_progress', { host }), host).toBe(delivered);
      expect(held.value(ended, completedAt(host)), host).toBe(completed);
    }
    expect(held.value('consort_queue_oldest_wait_seconds', { host: 'File' })).toBeGreaterThan(0);
    expect(held.value('consort_host_status', { host: 'File', status: 'Stopped' })).toBe(1);
    // A wake-up for each message that waits is in Redis within one sweep.
    for (const { queue, name } of queues.queues.map((one) => ({ queue: one, name: one.name }))) {
      const waiting = async () => {
        const { waiting: some = 0, prioritized = 0, delayed = 0 } = await queue.getJobCounts();
        return some + prioritized + delayed;
      };
      const depth = held.value('consort_queue_depth', { host: name });
      await expect.poll(waiting, patience).toBe(depth);
    }
    await queues.close();

    // What came over the network, by our own words only.
    await run('echoscu', ['-aet', 'ORTHANC', '-aec', 'WRONG', '127.0.0.1', String(port)]).catch(
      () => undefined,
    );
    await run('echoscu', ['-aet', 'STRANGER', '-aec', 'IRIS', '127.0.0.1', String(port)]).catch(
      () => undefined,
    );
    const associations = async (outcome: string, title: string) =>
      (await metrics()).value('consort_associations_total', {
        host: 'Door',
        outcome,
        calling_ae_title: title,
      });
    await expect.poll(() => associations('rejected', 'other'), patience).toBe(1);
    await expect.poll(() => associations('rejected', 'ORTHANC'), patience).toBe(1);
    await expect.poll(() => associations('released', 'ORTHANC'), patience).toBe(5);

    expect((await verb('start-host', 'File')).code).toBe(0);
    await expect.poll(() => depths(metrics), patience).toEqual({ Door: 0, Storage: 0, File: 0 });
    await expect
      .poll(async () => (await metrics()).value(ended, completedAt('File')), patience)
      .toBe(5);
    const done = await metrics();
    const sizes = (await reader.messages({ host: 'Storage', limit: 100 })).filter(
      ({ targetConfigName, type }) => targetConfigName === 'Storage' && type === 'Request',
    );
    expect(sizes).toHaveLength(5);
    const received = done.value('consort_received_bytes_total', { host: 'Door' });
    expect(received).toBeGreaterThan(10_000);
    expect(done.value('consort_sent_bytes_total', { host: 'File' })).toBe(received);
    for (const name of ['consort_message_wait_seconds', 'consort_message_run_seconds']) {
      expect(done.value(`${name}_count`, { host: 'File' })).toBe(5);
    }
    await reader.close();

    await expectNamesIn(done.types);
    await expectFitForPrometheus(page);
    expect((await fetch(`${page}/livez`)).status).toBe(200);
    expect(await (await fetch(`${page}/readyz`)).json()).toEqual({ ready: true, reasons: [] });
  });
});

const ended = 'consort_messages_total';
const patience = { timeout: 60_000, interval: 500 };

function completedAt(host: string) {
  return { host, status: 'Completed' };
}

async function depths(metrics: () => ReturnType<typeof readMetrics>) {
  const { samples } = await metrics();
  return Object.fromEntries(
    samples
      .filter(({ name }) => name === 'consort_queue_depth')
      .map(({ labels, value }) => [labels['host'], value]),
  );
}

/** What the alert rules, the dashboard and the documentation name has to be there in a running production. */
async function expectNamesIn(types: ReadonlyMap<string, string>): Promise<void> {
  // Only a production with an operation that asks for associations tells of them; Prometheus makes `up` itself.
  const elsewhere = new Set(['up', 'consort_associations_requested_total']);
  const missing = (await expressions())
    .flatMap(metricsOf)
    .map(familyOf)
    .filter((name) => !types.has(name) && !elsewhere.has(name));
  expect(missing).toEqual([]);
  const rows = [...(await documented())];
  expect([...types.keys()].filter((name) => name.startsWith('consort_')).toSorted()).toEqual(
    rows
      .map(([name]) => name)
      .filter((name) => !elsewhere.has(name))
      .toSorted(),
  );
  for (const [name, type] of rows.filter(([one]) => !elsewhere.has(one)))
    expect(types.get(name), name).toBe(type);
}

/** Prometheus's own check of what it would scrape: types, names, help texts. Those of Node have names of others. */
async function expectFitForPrometheus(page: string): Promise<void> {
  const lines = (await (await fetch(`${page}/metrics`)).text()).split('\n');
  const own = lines.filter((line) => /^(# (HELP|TYPE) )?consort_/.test(line));
  expect(own.length).toBeGreaterThan(50);
  const checked = run('promtool', ['check', 'metrics']);
  checked.child.stdin?.end(`${own.join('\n')}\n`);
  expect(await checked).toEqual({ stdout: '', stderr: '' });
}

/** Every expression of the rules and of the dashboard, with what Grafana puts in. */
async function expressions(): Promise<readonly string[]> {
  const { groups } = parse(await readFile(rules, 'utf8')) as {
    groups: readonly { rules: readonly { expr: string }[] }[];
  };
  const { panels } = JSON.parse(await readFile(dashboard, 'utf8')) as {
    panels: readonly { targets: readonly { expr: string }[] }[];
  };
  const found = [
    ...groups.flatMap((group) => group.rules.map(({ expr }) => expr)),
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ];
  expect(found.length).toBeGreaterThan(30);
  return found.map((expr) => expr.replaceAll('$__rate_interval', '5m'));
}

/** The rows of the tables of docs/monitoring.md: name and type. */
async function documented(): Promise<ReadonlyMap<string, string>> {
  const page = await readFile(root('docs/monitoring.md'), 'utf8');
  const rows = page.matchAll(/^\| `(consort_\w+)` \| (counter|gauge|histogram) \|/gm);
  return new Map([...rows].map(([, name = '', type = '']) => [name, type]));
}

test('an expression that is no PromQL is told, and a name that is made up is found', () => {
  expect(() => metricsOf('sum(rate(consort_x[5m])')).toThrow('no PromQL');
  expect(metricsOf('sum by (host) (rate(consort_made_up{host="a"}[5m])) > consort_b')).toEqual([
    'consort_made_up',
    'consort_b',
  ]);
});

// A second opinion: the expressions are parsed above wherever the tests run.
describeWith(['prometheus'], 'Prometheus itself', () => {
  test('takes the alert rules and the configuration', async () => {
    await run('promtool', ['check', 'rules', rules]);
    await run('promtool', ['check', 'config', root('docs/monitoring/prometheus.yaml')]);
  });
});
