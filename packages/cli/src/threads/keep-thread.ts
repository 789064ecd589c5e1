import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError, type Connections, type MessageStore } from '@consort/core';
import { messageStorePort } from '@consort/store/running';
import {
  startThreadOfHosts,
  type HostChange,
  type NewVersion,
  type ThreadData,
  type ThreadOfHosts,
  type ThreadReports,
} from './thread-of-hosts.ts';

/** A thread that is started again whenever it ends by itself. */
export interface KeptThread {
  hostNames(): readonly string[];
  stop(grace: number): Promise<void>;
  /** Who is connected to its hosts; nobody while it is being started again. */
  connections(): Promise<Connections>;
  /** @throws EngineError THREAD_ENDED while it is being started again, and what the host refuses with */
  change(change: HostChange): Promise<void>;
  /** @throws EngineError of a host that could not start */
  update(version: NewVersion): Promise<void>;
}

/** Milliseconds before a thread that has ended is started again; longer, up to the second, while it cannot be. */
const shortest = 1_000;
const longest = 30_000;

/**
 * Starts a thread of hosts, after the claims of its last run have been given back.
 * @param giveUp ends a start that takes too long to be waited for
 * @throws EngineError of the host that could not start
 */
export async function keepThread(
  data: Omit<ThreadData, 'owner' | 'storePort'>,
  messages: MessageStore,
  reports: ThreadReports,
  giveUp: AbortSignal,
): Promise<KeptThread> {
  let version = data;
  const start = async () => {
    await messages.recover(version.hostNames, []);
    const storePort = messageStorePort(messages);
    return startThreadOfHosts({ ...version, owner: randomUUID(), storePort }, reports, giveUp);
  };
  const stopping = new AbortController();
  let current: ThreadOfHosts | undefined = await start();
  let starting: Promise<void> | undefined;
  const watching = watch();

  async function watch(): Promise<void> {
    let pause = shortest;
    while (!stopping.signal.aborted) {
      if (current) {
        const reason = await current.ended;
        current = undefined;
        if (stopping.signal.aborted) return;
        const names = version.hostNames.join(', ');
        reports.event({
          type: 'Error',
          code: 'THREAD_ENDED',
          text: `the thread of ${names} ended and is started again: ${reason ?? 'no reason given'}`,
          details: { hosts: names },
        });
      }
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      const attempt = startAgain();
      starting = attempt.then(() => undefined);
      // Hosts that can start work a moment each time and are cut when another cannot: less and less often.
      pause = (await attempt) ? shortest : Math.min(2 * pause, longest);
    }
  }

  /** False when it could not be started. */
  async function startAgain(): Promise<boolean> {
    try {
      current = await start();
      return true;
    } catch (error) {
      reports.event({ type: 'Error', code: 'THREAD_ENDED', text: String(error) });
      return false;
    }
  }

  function running(): ThreadOfHosts {
    if (current) return current;
    const names = version.hostNames.join(', ');
    const text = `the thread of ${names} is being started again; try again in a moment`;
    throw new EngineError('THREAD_ENDED', text);
  }

  return {
    hostNames: () => version.hostNames,
    connections: async () => (await current?.connections()) ?? {},
    change: async (change) => running().change(change),
    async update(next) {
      version = { ...version, ...next };
      // One that is being started may have begun with the version before; one that waits begins with this one.
      await starting;
      await current?.update(next);
    },
    async stop(grace) {
      const end = Date.now() + grace;
      stopping.abort();
      await current?.stop(grace);
      await watching;
      // One that was being started runs by now.
      await current?.stop(Math.max(0, end - Date.now()));
    },
  };
}
