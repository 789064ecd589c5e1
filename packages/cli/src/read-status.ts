import {
  reasonsNotReady,
  type MessageReader,
  type QueueCount,
  type RecordedAlert,
} from '@consort/core';
import { lastBackup } from '@consort/store';
import { isLocked } from './data-directory.ts';
import { diskOf } from './disk-space.ts';
import type { Output } from './json/outputs.ts';
import { noRecord } from './record.ts';
import type { Location } from './location.ts';
import { assessProduction, hostStatus } from './production-state.ts';

const refusalWindow = 3_600_000;
const day = 86_400_000;

/** Puts together what `production status` says. */
export async function readStatus(
  reader: MessageReader,
  location: Location,
  now: Date,
): Promise<Output<'status'>> {
  const { dataDirectory } = location;
  const runs = isLocked(dataDirectory);
  const since = new Date(now.getTime() - refusalWindow).toISOString();
  const yesterday = new Date(now.getTime() - day).toISOString();
  const [production, hosts, queues, open, recent, perDay, disk, ...refusals] = await Promise.all([
    reader.production(),
    reader.hosts(),
    reader.queues(),
    reader.alerts({ isOpen: true }),
    reader.alerts({ since: yesterday }),
    reader.documentBytes(yesterday),
    diskOf(dataDirectory),
    reader.events({ code: 'ASSOCIATION_REFUSED', since, limit: 10 }),
    reader.events({ code: 'CONTEXT_REFUSED', since, limit: 10 }),
  ]);
  if (!production) throw noRecord(location);
  const backup = await lastBackup(dataDirectory);

  const { name, id, heartbeatAt, pid, recoveries, file } = production;
  const assessed = assessProduction(production, runs, now);
  const reasons = reasonsNotReady({ ...production, status: assessed.state }, hosts, now);
  return {
    production: {
      name,
      id,
      ...assessed,
      ready: reasons.length === 0,
      reasons: [...reasons],
      ...(heartbeatAt ? { heartbeatAt } : {}),
      ...(runs && pid !== undefined ? { pid } : {}),
      recoveries,
      ...(file ? { file } : {}),
      dataDirectory,
    },
    disk: { size: disk.size, free: disk.free, perDay },
    ...(backup ? { lastBackup: { time: backup.time, directory: backup.directory } } : {}),
    redis: runs ? production.redis : { status: 'unknown' },
    endpoints: runs ? { ...production.endpoints } : {},
    hosts: hosts.map(({ name: host, type, component, poolSize, detail, ...state }) => ({
      name: host,
      type,
      component,
      poolSize,
      status: hostStatus({ name: host, type, component, poolSize, ...state }, runs),
      ...(detail ? { detail } : {}),
      queue: queues.find((queue) => queue.host === host) ?? emptyQueue(host),
    })),
    alerts: [
      ...open,
      ...recent.filter((alert) => alert.endedAt !== undefined && !hasArrived(alert)),
    ],
    refusals: refusals.flat().toSorted((a, b) => b.id - a.id),
  };
}

/** Says whether those who are told of an alert have been told, if there are any. */
export function hasArrived({ delivery }: Pick<RecordedAlert, 'delivery'>): boolean {
  return delivery === 'none' || delivery === 'delivered';
}

function emptyQueue(host: string): QueueCount {
  return {
    host,
    queued: 0,
    delivered: 0,
    retrying: 0,
    completed: 0,
    failed: 0,
    discarded: 0,
  };
}
