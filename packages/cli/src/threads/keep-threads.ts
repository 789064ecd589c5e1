import { setTimeout as sleep } from 'node:timers/promises';
import {
  differenceOf,
  EngineError,
  inStartOrder,
  noHost,
  type Connections,
  type MessageStore,
  type Production,
  type Variables,
} from '@consort/core';
import { keepThread, type KeptThread } from './keep-thread.ts';
import type { HostChange, NewVersion, ThreadData, ThreadReports } from './thread-of-hosts.ts';

/** The threads of a production. */
export interface Threads {
  /** The hosts of each thread. */
  hostNames(): readonly (readonly string[])[];
  /**
   * Stops services first, then everything else, within one `grace` in milliseconds. An update that is under way
   * starts nothing more, and what it has started is stopped too.
   */
  stop(grace: number): Promise<void>;
  /** Who is connected to each host at this moment. @throws EngineError THREAD_ENDED */
  connections(): Promise<KnownConnections>;
  /** Changes one host. @throws EngineError NOT_FOUND, THREAD_ENDED, and what the host itself refuses with */
  change(change: HostChange): Promise<void>;
  /**
   * Goes on with another version of the production: services that change or go are closed, then processes and
   * operations change, then services open. Hosts that are the same run on.
   * @throws the first error of a host that could not start; the others run. EngineError STOPPING, and what has
   *   been changed by then stays so until everything is stopped
   */
  update(version: Version): Promise<void>;
}

/** The connections of the hosts whose threads answer. */
export interface KnownConnections {
  readonly connections: Connections;
  /** The hosts of a thread that did not answer in two seconds: some handler keeps it busy. */
  readonly silent: readonly string[];
}

/** A checked production, what its file held and what its variables stood for. */
export interface Version {
  readonly id: number;
  readonly production: Production;
  readonly bytes: Uint8Array;
  readonly env: Variables;
}

/**
 * Starts a production's hosts: processes and operations share one thread, each service has its own,
 * so that no author's code and no other door stands in the way of a door. A thread that ends by itself is
 * started again, after its claims have been given back.
 */
export async function keepThreads(
  version: Version,
  messages: MessageStore,
  shared: Omit<ThreadData, keyof NewVersion | 'owner' | 'storePort'>,
  reports: ThreadReports,
): Promise<Threads> {
  let { production } = version;
  let kept: readonly KeptThread[] = [];
  let updating: Promise<unknown> = Promise.resolve();
  const stopping = new AbortController();
  const givingUp = new AbortController();

  async function startThread(
    hostNames: readonly string[],
    { id, production: { file }, bytes, env }: Version,
  ) {
    const data = { ...shared, version: id, file, bytes, env, hostNames };
    const thread = await keepThread(data, messages, reports, givingUp.signal);
    kept = [...kept, thread];
  }

  async function stopAll(grace: number): Promise<void> {
    stopping.abort();
    const end = Date.now() + grace;
    const timer = setTimeout(() => givingUp.abort(), grace + startPatience);
    await stopKept(end);
    await updating;
    await stopKept(end);
    clearTimeout(timer);
  }

  async function stopKept(end: number): Promise<void> {
    const doors = servicesOf(production);
    const isDoor = (thread: KeptThread) => doors.includes(thread.hostNames()[0] ?? '');
    for (const thread of [...kept.filter(isDoor), ...kept.filter((one) => !isDoor(one))]) {
      await thread.stop(Math.max(0, end - Date.now()));
      kept = kept.filter((one) => one !== thread);
    }
  }

  function unlessStopping(): void {
    if (!stopping.signal.aborted) return;
    throw new EngineError('STOPPING', 'the update was not finished: the production is stopping');
  }

  async function update(next: Version): Promise<void> {
    const doors = servicesOf(production);
    for (const thread of goneOrChanged(kept, production, next.production)) {
      unlessStopping();
      await thread.stop(next.production.updateTimeout);
      kept = kept.filter((one) => one !== thread);
    }
    unlessStopping();
    production = next.production;

    const failures: unknown[] = [];
    const { file } = production;
    for (const hostNames of groups(production)) {
      unlessStopping();
      const isDoor = servicesOf(production).includes(hostNames[0] ?? '');
      const thread = kept.find((one) =>
        isDoor ? one.hostNames()[0] === hostNames[0] : !doors.includes(one.hostNames()[0] ?? ''),
      );
      const { bytes, env } = next;
      const ofThread = { version: next.id, file, bytes, env, hostNames };
      const step = thread ? thread.update(ofThread) : startThread(hostNames, next);
      await step.catch((error: unknown) => failures.push(error));
    }
    unlessStopping();
    if (failures.length > 0) throw failures[0];
  }

  try {
    for (const hostNames of groups(production)) await startThread(hostNames, version);
  } catch (error) {
    await stopAll(0);
    throw error;
  }

  return {
    hostNames: () => kept.map((thread) => thread.hostNames()),
    stop: stopAll,

    async connections() {
      const found = await Promise.all(kept.map(connectionsOf));
      return {
        connections: Object.assign(
          {},
          ...found.map(({ connections }) => connections),
        ) as Connections,
        silent: found.flatMap(({ silent }) => silent),
      };
    },

    async change(change) {
      const thread = kept.find(({ hostNames }) => hostNames().includes(change.name));
      if (!thread) throw noHost(change.name, production.hosts);
      await thread.change(change);
    },

    update(next) {
      const done = update(next);
      updating = done.catch(() => undefined);
      return done;
    },
  };
}

/** Milliseconds after the grace of a stop that a thread which is being started is waited for. */
const startPatience = 15_000;

/** The threads that the next version has no use for: of doors that change or go, and of the others when none is left. */
function goneOrChanged(
  kept: readonly KeptThread[],
  before: Production,
  after: Production,
): readonly KeptThread[] {
  const { hosts } = differenceOf(before, after);
  const changed = new Set(hosts.filter((host) => host.isRestarted).map(({ name }) => name));
  const doors = servicesOf(before);
  const isInnerLeft = after.hosts.some(({ kind }) => kind !== 'service');
  const first = (thread: KeptThread) => thread.hostNames()[0] ?? '';
  return [
    ...kept.filter((one) => doors.includes(first(one)) && changed.has(first(one))),
    ...kept.filter((one) => !doors.includes(first(one)) && !isInnerLeft),
  ];
}

async function connectionsOf(thread: KeptThread): Promise<KnownConnections> {
  const over = new AbortController();
  const silence = sleep(2_000, undefined, { signal: over.signal }).catch(() => undefined);
  const connections = await Promise.race([thread.connections(), silence]);
  over.abort();
  return connections
    ? { connections, silent: [] }
    : { connections: {}, silent: thread.hostNames() };
}

/** First the thread of processes and operations, then one for each service. */
function groups(production: Production): readonly (readonly string[])[] {
  const ordered = inStartOrder(production.hosts);
  const inner = ordered.filter(({ kind }) => kind !== 'service').map(({ name }) => name);
  const services = servicesOf(production).map((name) => [name]);
  return inner.length > 0 ? [inner, ...services] : services;
}

function servicesOf({ hosts }: Production): readonly string[] {
  return hosts.filter(({ kind }) => kind === 'service').map(({ name }) => name);
}
