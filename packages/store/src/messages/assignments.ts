import type { Database } from 'better-sqlite3';
import type { Claim, ClaimedMessage } from '@consort/core';
import type { Calls } from './calls.ts';
import { freshQueuesOf } from './fresh-queues.ts';
import type { Call } from './wire.ts';

/** What a client has asked for with `assign`. */
export interface Assignment<Client> {
  readonly client: Client;
  /** The client's own number for it. */
  readonly id: number;
  readonly host: string;
  readonly poolSize: number;
  readonly atOnce: number;
  readonly owner: string;
}

/** A message that was claimed for a client. */
export interface Assigned<Client> {
  readonly assignment: Assignment<Client>;
  readonly message: ClaimedMessage;
}

/** Who is handed what comes into a queue. */
export interface Assignments<Client> {
  begin(assignment: Assignment<Client>): void;
  /** Without an id, all of the client's. */
  end(client: Client, id?: number): void;
  /** Notes a call that has been run in this transaction. */
  ran(call: Call, result: unknown): void;
  /** Whether there may be something to claim at the end of this transaction. */
  isDue(): boolean;
  /** Claims what has come and what there is room for now. */
  claim(): readonly Assigned<Client>[];
}

interface Kept<Client> extends Assignment<Client> {
  /** Claimed by the host and, as far as is known, at work. */
  readonly held: Set<number>;
  /** Whether the queue holds what could not be claimed when it was looked at. */
  isBehind: boolean;
  /** Whether something of the host's has ended since. */
  hasLeft: boolean;
}

/** The calls after which a message that waited may be claimed. */
const leavings: ReadonlySet<string> = new Set<keyof Calls>(['finish', 'defer', 'resume']);

/** Makes them, for the connection of `database`. */
export function openAssignments<Client>(
  database: Database,
  { claim }: Pick<Calls, 'claim'>,
): Assignments<Client> {
  const fresh = freshQueuesOf(database);
  const kept = new Set<Kept<Client>>();
  const selectQueued = database
    .prepare<[string], number>(
      `SELECT 1 FROM messages WHERE target_queue_name = ? AND status = 'Queued' LIMIT 1`,
    )
    .pluck();
  const selectHeld = database
    .prepare<[number], number>(`SELECT 1 FROM messages WHERE id = ? AND status = 'Delivered'`)
    .pluck();

  const isDueFor = (one: Kept<Client>) => fresh.has(one.host) || (one.isBehind && one.hasLeft);

  /** What ended in a way that was not seen here is no longer held. */
  function hasRoom({ held, atOnce }: Kept<Client>): boolean {
    if (held.size < atOnce) return true;
    for (const id of held) if (selectHeld.get(id) === undefined) held.delete(id);
    return held.size < atOnce;
  }

  function* claimedFor(one: Kept<Client>): Generator<Assigned<Client>> {
    while (hasRoom(one)) {
      const message = claim(one.host, one.poolSize, one.owner);
      if (!message) break;
      one.held.add(message.header.id);
      yield { assignment: one, message };
    }
    one.isBehind = selectQueued.get(one.host) !== undefined;
  }

  return {
    begin: (assignment) => void kept.add({ ...assignment, held: new Set(), ...rested }),

    end(client, id) {
      for (const one of kept) {
        if (one.client === client && (id === undefined || one.id === id)) kept.delete(one);
      }
    },

    ran({ method, args: [first] }, result) {
      if (method === 'claim' && result) {
        for (const one of kept) if (one.host === first) one.held.add(idOf(result));
      }
      if (!leavings.has(method)) return;
      for (const one of kept) if (one.held.delete((first as Claim).messageId)) one.hasLeft = true;
    },

    isDue() {
      const isDue = [...kept].some(isDueFor);
      if (!isDue) reset();
      return isDue;
    },

    claim() {
      const due = [...kept].filter(isDueFor);
      reset();
      return due.flatMap((one) => [...claimedFor(one)]);
    },
  };

  function reset(): void {
    fresh.clear();
    for (const one of kept) one.hasLeft = false;
  }
}

const rested = { isBehind: false, hasLeft: false };

function idOf(claimed: unknown): number {
  return (claimed as ClaimedMessage).header.id;
}
