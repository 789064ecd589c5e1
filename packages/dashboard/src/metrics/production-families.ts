import { reasonsNotReady } from '@consort/core';
import { gauge, seconds, type Family } from './family.ts';

/** What there is to tell of the production as a whole. */
export const productionFamilies: readonly Family[] = [
  {
    name: 'consort_build_info',
    type: 'gauge',
    help: 'Always 1; the version of this software and of Node.js.',
    labels: ['version', 'node_version'],
    samples: ({ version }) => [
      { labels: { version, node_version: process.versions.node }, value: 1 },
    ],
  },
  {
    name: 'consort_production_info',
    type: 'gauge',
    help: 'Always 1; the name of the production and the id of its record.',
    labels: ['production', 'id'],
    samples: ({ record }) =>
      record?.production
        ? [{ labels: { production: record.production.name, id: record.production.id }, value: 1 }]
        : [],
  },
  gauge(
    'consort_record_up',
    'Whether the record answered: 1, or 0, and then nothing is told that stands in it.',
    ({ record }) => (record ? 1 : 0),
  ),
  gauge(
    'consort_production_ready',
    'Whether /readyz says that images can come in: 1 or 0.',
    ({ record, time }) =>
      record && reasonsNotReady(record.production, record.hosts, time).length === 0 ? 1 : 0,
  ),
  gauge(
    'consort_production_running',
    'Whether the record calls the production Running: 1 or 0.',
    ({ record }) => record?.production && Number(record.production.status === 'Running'),
  ),
  gauge(
    'consort_production_start_time_seconds',
    'When the production was started, in seconds since 1970.',
    ({ record }) => seconds(record?.production?.startedAt),
  ),
  gauge(
    'consort_production_heartbeat_timestamp_seconds',
    'When the production last wrote its heartbeat, in seconds since 1970; it does so every 5 s.',
    ({ record }) => seconds(record?.production?.heartbeatAt),
  ),
  {
    name: 'consort_production_recoveries_total',
    type: 'counter',
    help: 'How often a start found that the last run had ended without a stop. Survives restarts.',
    labels: [],
    samples: ({ record }) => (record?.production ? [{ value: record.production.recoveries }] : []),
  },
  gauge(
    'consort_redis_up',
    'Whether Redis is connected: 1 or 0.',
    ({ record }) => record?.production && Number(record.production.redis.status === 'connected'),
  ),
  gauge(
    'consort_redis_since_timestamp_seconds',
    'Since when Redis is connected or away, in seconds since 1970.',
    ({ record }) => seconds(record?.production?.redis.since),
  ),
  gauge(
    'consort_data_disk_size_bytes',
    'Size of the disk that the data directory is on.',
    ({ disk }) => disk?.size,
  ),
  gauge(
    'consort_data_disk_free_bytes',
    'What is free of it for this user.',
    ({ disk }) => disk?.free,
  ),
  gauge(
    'consort_data_disk_used_bytes',
    'What is not free of it, whoever uses it.',
    ({ disk }) => disk && disk.size - disk.free,
  ),
  {
    name: 'consort_alerts_open',
    type: 'gauge',
    help: 'Alerts that have begun and not ended, by condition.',
    labels: ['condition'],
    samples: ({ record }) =>
      record
        ? conditions.map((condition) => ({
            labels: { condition },
            value: record.alerts.filter((alert) => alert.condition === condition).length,
          }))
        : [],
  },
];

const conditions = [
  'error',
  'queueCount',
  'queueWait',
  'inactive',
  'expectedSender',
  'deadWorker',
  'imageReturned',
] as const;
