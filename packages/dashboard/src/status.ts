import {
  heartbeatLimit,
  type BusinessType,
  type HostState,
  type LoggedEvent,
  type MessageReader,
  type ProductionState,
  type QueueCount,
} from '@consort/core';

/** What the page shows and `/api/status` says, all of it from the record. Times are ISO 8601, UTC. */
export interface Status {
  /** When the record was read. */
  readonly time: string;
  /** Absent when no production has run on this record yet. */
  readonly production?: ProductionStatus;
  /** In the order of the record; last the hosts that only have messages left. */
  readonly hosts: readonly HostStatus[];
  /** Associations and presentation contexts refused in the last hour, newest first, at most 20. */
  readonly refusals: readonly LoggedEvent[];
  /** The last 20 events, newest first. */
  readonly events: readonly LoggedEvent[];
}

/** The production, and whether what the record says of it can still be believed. */
export interface ProductionStatus {
  readonly name: string;
  readonly id: string;
  readonly status: ProductionState['status'];
  /** `late` when a production that is Running has written none for 15 s: it hangs or was killed. */
  readonly heartbeat: 'fresh' | 'late';
  readonly heartbeatAt?: string;
  readonly startedAt?: string;
  readonly recoveries: number;
  readonly redis: { readonly status: ProductionState['redis']['status']; readonly since?: string };
}

/** One host with the counts of its messages. */
export interface HostStatus {
  readonly name: string;
  /** `Removed` when the production no longer has the host, but the record has messages for it. */
  readonly status: HostState['status'] | 'Removed';
  readonly type: BusinessType;
  readonly component?: string;
  readonly poolSize?: number;
  /** What it listens on or writes to, or why it is in Error. */
  readonly detail?: string;
  readonly queued: number;
  /** Retrying ones included. */
  readonly inProgress: number;
  readonly retrying: number;
  readonly completed: number;
  readonly failed: number;
  readonly discarded: number;
  readonly oldestQueuedAt?: string;
  readonly lastError?: NonNullable<QueueCount['lastError']>;
}

const hour = 3_600_000;

/**
 * Reads everything the page shows.
 * @throws EngineError STORE_UNAVAILABLE
 */
export async function readStatus(reader: MessageReader, now = new Date()): Promise<Status> {
  const since = new Date(now.getTime() - hour).toISOString();
  const [production, hosts, queues, events, ...refusals] = await Promise.all([
    reader.production(),
    reader.hosts(),
    reader.queues(),
    reader.events({ limit: 20 }),
    reader.events({ code: 'ASSOCIATION_REFUSED', since, limit: 20 }),
    reader.events({ code: 'CONTEXT_REFUSED', since, limit: 20 }),
  ]);
  return {
    time: now.toISOString(),
    ...(production ? { production: productionStatus(production, now) } : {}),
    hosts: hostStatuses(hosts, queues),
    refusals: refusals
      .flat()
      .toSorted((one, other) => other.id - one.id)
      .slice(0, 20),
    events,
  };
}

function productionStatus(state: ProductionState, now: Date): ProductionStatus {
  const { name, id, status, heartbeatAt, startedAt, recoveries, redis } = state;
  const age = heartbeatAt ? now.getTime() - Date.parse(heartbeatAt) : Infinity;
  return {
    name,
    id,
    status,
    heartbeat: age < heartbeatLimit ? 'fresh' : 'late',
    ...(heartbeatAt ? { heartbeatAt } : {}),
    ...(startedAt ? { startedAt } : {}),
    recoveries,
    // Not its URL: that may hold a password.
    redis: { status: redis.status, ...(redis.since ? { since: redis.since } : {}) },
  };
}

function hostStatuses(
  hosts: readonly HostState[],
  queues: readonly QueueCount[],
): readonly HostStatus[] {
  const counts = new Map(queues.map((queue) => [queue.host, queue]));
  const known = new Set(hosts.map(({ name }) => name));
  // A message of a host that was taken out of the file is still a message: it is not left out of sight.
  const removed = queues.filter(
    ({ host, queued, delivered }) => !known.has(host) && queued + delivered > 0,
  );
  return [
    ...hosts.map((host) => ({ ...host, ...countsOf(counts.get(host.name)) })),
    ...removed.map((queue) => ({
      name: queue.host,
      status: 'Removed' as const,
      type: 'Unknown' as const,
      ...countsOf(queue),
    })),
  ];
}

function countsOf(queue: QueueCount | undefined) {
  return {
    queued: queue?.queued ?? 0,
    inProgress: queue?.delivered ?? 0,
    retrying: queue?.retrying ?? 0,
    completed: queue?.completed ?? 0,
    failed: queue?.failed ?? 0,
    discarded: queue?.discarded ?? 0,
    ...(queue?.oldestQueuedAt ? { oldestQueuedAt: queue.oldestQueuedAt } : {}),
    ...(queue?.lastError ? { lastError: queue.lastError } : {}),
  };
}
