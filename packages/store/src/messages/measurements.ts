import type { Database } from 'better-sqlite3';
import type { Distribution, EndStatus, HostMeasurements } from '@consort/core';
import { endStatuses, latencyBounds } from '@consort/core/record';
import type { Calls } from './calls.ts';

/**
 * Counts what happens to the messages of each host while this connection is open. The counts are in temporary tables,
 * in memory: a transaction that is undone has counted nothing, and the next start begins at 0.
 */
export function measurements(database: Database): Pick<Calls, 'measurements'> {
  database.pragma('temp_store = MEMORY');
  for (const statement of statements) database.exec(statement);
  const select = database.prepare<[], MeasuredRow>(`SELECT * FROM temp.measured ORDER BY host`);
  return { measurements: () => ({ hosts: select.all().map(measuredHost) }) };
}

const statusColumns = endStatuses.map((status) => `status_${status}`);
const waits = latencyBounds.map((_, place) => `wait_${place}`);
const runs = latencyBounds.map((_, place) => `run_${place}`);
const numbers = [
  ...statusColumns,
  'suspended',
  'retried',
  ...waits,
  'wait_count',
  'wait_sum',
  ...runs,
  'run_count',
  'run_sum',
  'bytes_received',
  'bytes_sent',
];

/** Adds to the numbers of a host, or of those of a query; `host` and the values are expressions. */
function add(host: string, values: Readonly<Record<string, string>>, from = 'WHERE true'): string {
  const names = Object.keys(values);
  return `INSERT INTO measured (host, ${names.join(', ')})
    SELECT ${host}, ${Object.values(values).join(', ')} ${from}
    ON CONFLICT (host) DO UPDATE SET ${names.map((name) => `${name} = ${name} + excluded.${name}`).join(', ')};`;
}

/** The columns of a distribution, for a duration that is NULL where there is none. */
function spread(name: 'wait' | 'run', seconds: string): Readonly<Record<string, string>> {
  const bounds = latencyBounds.map((bound, place) => [
    `${name}_${place}`,
    `coalesce(${seconds} <= ${bound}, 0)`,
  ]);
  return {
    ...(Object.fromEntries(bounds) as Record<string, string>),
    [`${name}_count`]: `${seconds} IS NOT NULL`,
    [`${name}_sum`]: `coalesce(${seconds}, 0)`,
  };
}

// A clock that was set back must not take anything from a sum.
const wait = `max(0, unixepoch(new.time_delivered, 'subsec') - unixepoch(new.time_queued, 'subsec'))`;
const run = `max(0, unixepoch(new.time_processed, 'subsec') - unixepoch(new.time_delivered, 'subsec'))`;
const byStatus = Object.fromEntries(
  endStatuses.map((status) => [`status_${status}`, `new.status = '${status}'`]),
);

// In the words of the index messages_unusual, which is used for nothing else.
const unusual = `'Created', 'Deferred', 'Discarded', 'Suspended', 'Aborted', 'Error'`;

const statements = [
  `CREATE TEMP TABLE measured (host TEXT PRIMARY KEY,
    ${numbers.map((name) => `${name} REAL NOT NULL DEFAULT 0`).join(', ')}) WITHOUT ROWID`,
  `CREATE TEMP TRIGGER measured_end AFTER UPDATE OF status ON main.messages
    WHEN new.status IN (${endStatuses.map((status) => `'${status}'`).join(', ')})
      AND old.status <> new.status AND new.target_queue_name NOT GLOB '_SyncCall:*'
    BEGIN ${add(
      'new.target_queue_name',
      { ...byStatus, ...spread('wait', 'waited'), ...spread('run', 'ran') },
      // The limit keeps SQLite from working each of them out once for every bound.
      `FROM (SELECT ${wait} AS waited, ${run} AS ran LIMIT 1) WHERE true`,
    )} END`,
  // What is Suspended is counted once, as the store is opened, and kept up from then on.
  add(
    'target_queue_name',
    { suspended: 'count(*)' },
    `FROM main.messages WHERE status IN (${unusual}) AND status = 'Suspended' GROUP BY target_queue_name`,
  ),
  `CREATE TEMP TRIGGER measured_suspended AFTER UPDATE OF status ON main.messages
    WHEN (new.status = 'Suspended') <> (old.status = 'Suspended')
    BEGIN ${add('new.target_queue_name', { suspended: `iif(new.status = 'Suspended', 1, -1)` })} END`,
  `CREATE TEMP TRIGGER measured_removed AFTER DELETE ON main.messages
    WHEN old.status = 'Suspended'
    BEGIN ${add('old.target_queue_name', { suspended: '-1' })} END`,
  `CREATE TEMP TRIGGER measured_retry AFTER UPDATE OF attempts ON main.messages
    WHEN new.attempts > old.attempts
    BEGIN ${add('new.target_queue_name', { retried: '1' })} END`,
  `CREATE TEMP TRIGGER measured_arrival AFTER INSERT ON main.messages
    WHEN new.id = new.session_id AND new.source_business_type = 'BusinessService'
      AND new.document_size IS NOT NULL
    BEGIN ${add('new.source_config_name', { bytes_received: 'new.document_size' })} END`,
  ...['INSERT', 'UPDATE'].map(
    (step) => `CREATE TEMP TRIGGER measured_receipt_${step} AFTER ${step} ON main.receipts
    BEGIN ${add('(SELECT target_config_name FROM main.messages WHERE id = new.message_id)', { bytes_sent: 'new.size' })} END`,
  ),
];

type MeasuredRow = { readonly host: string } & Readonly<Record<string, number>>;

function measuredHost(row: MeasuredRow): HostMeasurements {
  const number = (name: string) => row[name] ?? 0;
  return {
    host: row.host,
    ended: Object.fromEntries(
      endStatuses.map((status) => [status, number(`status_${status}`)]),
    ) as Record<EndStatus, number>,
    suspended: number('suspended'),
    retried: number('retried'),
    wait: distribution('wait', number),
    run: distribution('run', number),
    bytesReceived: number('bytes_received'),
    bytesSent: number('bytes_sent'),
  };
}

function distribution(name: 'wait' | 'run', number: (name: string) => number): Distribution {
  return {
    atMost: latencyBounds.map((_, place) => number(`${name}_${place}`)),
    count: number(`${name}_count`),
    sum: number(`${name}_sum`),
  };
}
