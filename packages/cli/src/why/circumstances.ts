import type { HostState, Leg, MessageHeader, MessageReader, QueuePlace } from '@consort/core';
import { isLocked } from '../data-directory.ts';
import type { Location } from '../location.ts';
import { assessProduction, hostStatus } from '../production-state.ts';

/** What there is to know beside a message to say what it waits for. */
export interface Circumstances {
  readonly now: Date;
  /** Set when nothing runs the production: its state. */
  readonly notRunning?: string;
  /** Set when Redis is away: since when. */
  readonly redisAwaySince?: string;
  /** The production's hosts, by name. */
  readonly hosts: ReadonlyMap<string, HostState>;
  /** Where Queued messages stand in their queues. */
  readonly places: ReadonlyMap<number, QueuePlace>;
  /** The legs of the sessions that others wait behind, by session. */
  readonly sessions: ReadonlyMap<number, readonly Leg[]>;
}

/** Reads them for the legs given, and for what these wait behind. */
export async function readCircumstances(
  reader: MessageReader,
  { dataDirectory }: Location,
  legs: readonly Leg[],
  now: Date,
): Promise<Circumstances> {
  const runs = isLocked(dataDirectory);
  const [production, states] = await Promise.all([reader.production(), reader.hosts()]);
  const hosts = new Map(
    states.map((host) => [host.name, { ...host, status: hostStatus(host, runs) }]),
  );
  const places = new Map<number, QueuePlace>();
  const sessions = new Map<number, readonly Leg[]>();

  async function look(of: readonly Leg[]): Promise<void> {
    for (const { header } of of) {
      const place = header.status === 'Queued' ? await reader.place(header.id) : undefined;
      if (!place) continue;
      places.set(header.id, place);
      const blocker = blockerOf(place, hosts.get(header.targetConfigName));
      // Each session is looked at once, so that this ends even where messages wait in a circle.
      if (!blocker || sessions.has(blocker.sessionId)) continue;
      const ahead = await reader.legs(blocker.sessionId);
      sessions.set(blocker.sessionId, ahead);
      await look(ahead);
    }
  }

  await look(legs);
  const state = production && assessProduction(production, runs, now).state;
  return {
    now,
    ...(runs ? {} : { notRunning: state ?? 'Stopped' }),
    ...(runs && production?.redis.status === 'unavailable'
      ? { redisAwaySince: production.redis.since ?? now.toISOString() }
      : {}),
    hosts,
    places,
    sessions,
  };
}

/** What a message waits behind when all workers of its host are busy: the one in trouble, or else the oldest. */
export function blockerOf(
  { inProgress }: QueuePlace,
  host: HostState | undefined,
): MessageHeader | undefined {
  if (!host || inProgress.length < host.poolSize) return undefined;
  return inProgress.find(({ attempts }) => attempts > 0) ?? inProgress[0];
}
