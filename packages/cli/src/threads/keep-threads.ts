import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError, inStartOrder, type MessageStore, type Production } from '@consort/core';
import { messageStorePort } from '@consort/store';
import {
  startThreadOfHosts,
  type HostChange,
  type ThreadData,
  type ThreadOfHosts,
  type ThreadReports,
} from './thread-of-hosts.ts';

/** The threads of a production. */
export interface Threads {
  /** Stops services first, then everything else, within one `grace` in milliseconds. */
  stop(grace: number): Promise<void>;
  /** Changes one host. @throws EngineError NOT_FOUND, THREAD_ENDED, and what the host itself refuses with */
  change(change: HostChange): Promise<void>;
}

/**
 * Starts a production's hosts: processes and operations share one thread, each service has its own,
 * so that no author's code and no other door stands in the way of a door. A thread that ends by itself is
 * started again, after its claims have been given back.
 */
export async function keepThreads(
  production: Production,
  messages: MessageStore,
  shared: Omit<ThreadData, 'hostNames' | 'owner' | 'storePort'>,
  reports: ThreadReports,
): Promise<Threads> {
  const kept: KeptThread[] = [];
  try {
    for (const hostNames of groups(production)) {
      kept.push(await keepThread(hostNames));
    }
  } catch (error) {
    await stopAll(0);
    throw error;
  }
  return {
    stop: stopAll,
    async change(change) {
      const thread = kept.find(({ hostNames }) => hostNames.includes(change.name));
      if (!thread) throw noHost(change.name, production);
      await thread.change(change);
    },
  };

  async function stopAll(grace: number): Promise<void> {
    const end = Date.now() + grace;
    for (const thread of kept.reverse()) await thread.stop(Math.max(0, end - Date.now()));
  }

  async function keepThread(hostNames: readonly string[]): Promise<KeptThread> {
    const start = async () => {
      await messages.recover(hostNames, []);
      const storePort = messageStorePort(messages);
      return startThreadOfHosts({ ...shared, hostNames, owner: randomUUID(), storePort }, reports);
    };
    const stopping = new AbortController();
    let current: ThreadOfHosts | undefined = await start();
    const watching = watch();

    async function watch(): Promise<void> {
      while (!stopping.signal.aborted) {
        const reason = await current?.ended;
        if (stopping.signal.aborted) return;
        current = undefined;
        reports.event({
          type: 'Error',
          code: 'THREAD_ENDED',
          text: `the thread of ${hostNames.join(', ')} ended and is started again: ${reason ?? 'no reason given'}`,
          details: { hosts: hostNames.join(', ') },
        });
        await sleep(1_000, undefined, { signal: stopping.signal }).catch(() => undefined);
        if (stopping.signal.aborted) return;
        current = await start().catch((error: unknown) => {
          reports.event({ type: 'Error', code: 'THREAD_ENDED', text: String(error) });
          return undefined;
        });
      }
    }

    return {
      hostNames,
      async change(change) {
        if (current) return current.change(change);
        const text = `the thread of ${hostNames.join(', ')} is being started again; try again in a moment`;
        throw new EngineError('THREAD_ENDED', text);
      },
      async stop(grace: number) {
        stopping.abort();
        await current?.stop(grace);
        await watching;
      },
    };
  }
}

interface KeptThread extends Threads {
  readonly hostNames: readonly string[];
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
  const services = ordered.filter(({ kind }) => kind === 'service').map(({ name }) => [name]);
  return inner.length > 0 ? [inner, ...services] : services;
}
