import {
  differenceOf,
  EngineError,
  inStartOrder,
  type MessageStore,
  type Production,
} from '@consort/core';
import { keepThread, type KeptThread } from './keep-thread.ts';
import type { HostChange, ThreadData, ThreadReports } from './thread-of-hosts.ts';

/** The threads of a production. */
export interface Threads {
  /** Stops services first, then everything else, within one `grace` in milliseconds. */
  stop(grace: number): Promise<void>;
  /** Changes one host. @throws EngineError NOT_FOUND, THREAD_ENDED, and what the host itself refuses with */
  change(change: HostChange): Promise<void>;
  /**
   * Goes on with another version of the production: services that change or go are closed, then processes and
   * operations change, then services open. Hosts that are the same run on.
   * @throws the first error of a host that could not start; the others run
   */
  update(version: Version): Promise<void>;
}

/** A checked production and what its file held. */
export interface Version {
  readonly production: Production;
  readonly bytes: Uint8Array;
}

/**
 * Starts a production's hosts: processes and operations share one thread, each service has its own,
 * so that no author's code and no other door stands in the way of a door. A thread that ends by itself is
 * started again, after its claims have been given back.
 */
export async function keepThreads(
  version: Version,
  messages: MessageStore,
  shared: Omit<ThreadData, 'file' | 'bytes' | 'hostNames' | 'owner' | 'storePort'>,
  reports: ThreadReports,
): Promise<Threads> {
  let { production } = version;
  let kept: readonly KeptThread[] = [];

  async function startThread(
    hostNames: readonly string[],
    { production: { file }, bytes }: Version,
  ) {
    const thread = await keepThread({ ...shared, file, bytes, hostNames }, messages, reports);
    kept = [...kept, thread];
  }

  async function stopAll(grace: number): Promise<void> {
    const end = Date.now() + grace;
    const doors = servicesOf(production);
    const isDoor = (thread: KeptThread) => doors.includes(thread.hostNames()[0] ?? '');
    for (const thread of [...kept.filter(isDoor), ...kept.filter((one) => !isDoor(one))]) {
      await thread.stop(Math.max(0, end - Date.now()));
    }
    kept = [];
  }

  try {
    for (const hostNames of groups(production)) await startThread(hostNames, version);
  } catch (error) {
    await stopAll(0);
    throw error;
  }

  return {
    stop: stopAll,

    async change(change) {
      const thread = kept.find(({ hostNames }) => hostNames().includes(change.name));
      if (!thread) throw noHost(change.name, production);
      await thread.change(change);
    },

    async update(next) {
      const { hosts } = differenceOf(production, next.production);
      const changed = new Set(hosts.filter((host) => host.isRestarted).map(({ name }) => name));
      const { updateTimeout } = next.production;
      const doors = servicesOf(production);
      for (const thread of kept.filter(({ hostNames }) => {
        const [name = ''] = hostNames();
        return doors.includes(name) && changed.has(name);
      })) {
        await thread.stop(updateTimeout);
        kept = kept.filter((one) => one !== thread);
      }
      production = next.production;

      const failures: unknown[] = [];
      const attempt = (step: Promise<void>) =>
        step.catch((error: unknown) => void failures.push(error));
      const { file } = production;
      for (const hostNames of groups(production)) {
        const isDoor = servicesOf(production).includes(hostNames[0] ?? '');
        const thread = kept.find((one) =>
          isDoor ? one.hostNames()[0] === hostNames[0] : !doors.includes(one.hostNames()[0] ?? ''),
        );
        const ofThread = { file, bytes: next.bytes, hostNames };
        await attempt(thread ? thread.update(ofThread) : startThread(hostNames, next));
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}

function noHost(name: string, { hosts }: Production): EngineError {
  return new EngineError(
    'NOT_FOUND',
    `there is no host ${JSON.stringify(name)}; there are ${hosts.map((host) => host.name).join(', ')}`,
  );
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
