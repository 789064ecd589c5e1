import {
  endStatuses,
  latencyBounds,
  type Distribution,
  type HostMeasurements,
  type QueueCount,
} from '@consort/core';
import type { Family, Sample } from './family.ts';
import type { Reading, RecordReading } from './reading.ts';

/** What there is to tell of each host. A host that the production no longer has is told of while messages wait for it. */
export const hostFamilies: readonly Family[] = [
  {
    name: 'consort_host_status',
    type: 'gauge',
    help: 'The status of each host: 1 for the one it has, 0 for the others.',
    labels: ['host', 'status'],
    samples: ({ record }) =>
      (record?.hosts ?? []).flatMap(({ name: host, status }) =>
        hostStatuses.map((one) => ({
          labels: { host, status: one },
          value: Number(one === status),
        })),
      ),
  },
  {
    name: 'consort_host_pool_size',
    type: 'gauge',
    help: 'Messages that a host works on at the same time, at most.',
    labels: ['host'],
    samples: ({ record }) =>
      (record?.hosts ?? []).map(({ name: host, poolSize }) => ({
        labels: { host },
        value: poolSize,
      })),
  },
  ofQueue(
    'consort_queue_depth',
    'Messages that are Queued and wait for a worker.',
    (queue) => queue.queued,
  ),
  ofQueue(
    'consort_queue_oldest_wait_seconds',
    'For how long the oldest of them has waited; 0 when there is none.',
    ({ oldestQueuedAt }, { time }) =>
      oldestQueuedAt === undefined
        ? 0
        : Math.max(0, time.getTime() - Date.parse(oldestQueuedAt)) / 1000,
  ),
  ofQueue(
    'consort_messages_in_progress',
    'Messages that a worker has, those that are retried included.',
    (queue) => queue.delivered,
  ),
  ofQueue(
    'consort_messages_retrying',
    'Messages of those in progress that have failed and are tried again.',
    (queue) => queue.retrying,
  ),
  ofMeasured(
    'consort_messages_suspended',
    'gauge',
    'Messages that are Suspended, until an operator decides.',
    (measured) => measured?.suspended ?? 0,
  ),
  {
    name: 'consort_messages_total',
    type: 'counter',
    help: 'Messages that came to an end since the start of the process, by the status they ended in.',
    labels: ['host', 'status'],
    samples: (reading) =>
      eachHost(reading, (host, measured) =>
        endStatuses.map((status) => ({
          labels: { host, status },
          value: measured?.ended[status] ?? 0,
        })),
      ),
  },
  ofMeasured(
    'consort_retries_total',
    'counter',
    'Attempts that failed and were followed by another, since the start of the process.',
    (measured) => measured?.retried ?? 0,
  ),
  ofMeasured(
    'consort_received_bytes_total',
    'counter',
    'Bytes of the data sets that a service took in, since the start of the process.',
    (measured) => measured?.bytesReceived ?? 0,
  ),
  ofMeasured(
    'consort_sent_bytes_total',
    'counter',
    'Bytes of the data sets that an operation brought out and has a receipt for, since the start of the process.',
    (measured) => measured?.bytesSent ?? 0,
  ),
  histogram(
    'consort_message_wait_seconds',
    'From when a message was queued until a worker took it, of those that have ended since the start of the process.',
    (measured) => measured?.wait,
  ),
  histogram(
    'consort_message_run_seconds',
    'From when a worker took a message until its work ended, retries included.',
    (measured) => measured?.run,
  ),
];

const hostStatuses = ['Starting', 'Running', 'Stopped', 'Disabled', 'Error'] as const;

function ofQueue(
  name: string,
  help: string,
  value: (queue: QueueCount, reading: Reading) => number,
): Family {
  return {
    name,
    type: 'gauge',
    help,
    labels: ['host'],
    samples: (reading) =>
      (reading.record?.queues ?? []).map((queue) => ({
        labels: { host: queue.host },
        value: value(queue, reading),
      })),
  };
}

function ofMeasured(
  name: string,
  type: 'counter' | 'gauge',
  help: string,
  value: (measured: HostMeasurements | undefined) => number,
): Family {
  return {
    name,
    type,
    help,
    labels: ['host'],
    samples: (reading) =>
      eachHost(reading, (host, measured) => [{ labels: { host }, value: value(measured) }]),
  };
}

function histogram(
  name: string,
  help: string,
  of: (measured: HostMeasurements | undefined) => Distribution | undefined,
): Family {
  return {
    name,
    type: 'histogram',
    help,
    labels: ['host', 'le'],
    samples: (reading) => eachHost(reading, (host, measured) => buckets(host, of(measured))),
  };
}

function buckets(
  host: string,
  { atMost, count, sum }: Distribution = { atMost: [], count: 0, sum: 0 },
): readonly Sample[] {
  return [
    ...latencyBounds.map((bound, place) => ({
      suffix: '_bucket' as const,
      labels: { host, le: String(bound) },
      value: atMost[place] ?? 0,
    })),
    { suffix: '_bucket', labels: { host, le: '+Inf' }, value: count },
    { suffix: '_sum', labels: { host }, value: sum },
    { suffix: '_count', labels: { host }, value: count },
  ];
}

/** Every host is told of from the start, with 0: a counter that appears with its first failure shows no rise. */
function eachHost(
  { record }: Reading,
  tell: (host: string, measured: HostMeasurements | undefined) => readonly Sample[],
): readonly Sample[] {
  return record ? namesOf(record).flatMap((host) => tell(host, measuredOf(record, host))) : [];
}

function namesOf({ hosts, queues }: RecordReading): readonly string[] {
  return [...new Set([...hosts.map(({ name }) => name), ...queues.map(({ host }) => host)])];
}

function measuredOf({ measured }: RecordReading, host: string): HostMeasurements | undefined {
  return measured.find((one) => one.host === host);
}
