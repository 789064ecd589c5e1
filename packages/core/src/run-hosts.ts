import { startClock } from './clock.ts';
import type { DocumentStore } from './document-store.ts';
import type { EventLog } from './event.ts';
import { hostChanges } from './host-changes.ts';
import type { Engine } from './host.ts';
import type { MessageStore } from './message-store.ts';
import { warningOfOtherContent } from './other-content.ts';
import { differenceOf } from './difference.ts';
import type { Host, Production } from './production.ts';
import { waitForResponses } from './responses.ts';
import { keepSchedules } from './schedule/keep-schedules.ts';
import { awaits } from './sender.ts';
import { tracingWhereAsked } from './trace-events.ts';
import type { Transport } from './transport.ts';

/** The hosts of one thread, running. */
export interface RunningHosts {
  /** Stops them in reverse order, all of them within one `grace`; see `RunningHost.stop`. */
  stop(grace: number): Promise<void>;
  /**
   * Starts one host that is stopped, which is nothing when it runs.
   * @throws EngineError NOT_FOUND, HOST_DISABLED, HOST_START_FAILED or the component's own
   */
  startHost(name: string): Promise<void>;
  /** Stops one host, the others run on; its queue goes on taking messages. @throws EngineError NOT_FOUND */
  stopHost(name: string, grace: number): Promise<void>;
  /** @param by who wants it; see `DisabledHost` */
  disableHost(name: string, grace: number, by: string, reason?: string): Promise<void>;
  /**
   * Goes on with another version of the production: stops what has changed or is gone, each host within
   * `updateTimeout`, and starts what has changed or is new. A host that an operator has stopped stays stopped.
   * @param names the hosts of this thread from now on
   * @throws the first error of a host that could not start; the others run
   */
  update(production: Production, names: readonly string[]): Promise<void>;
}

/** What the hosts of a thread run on. */
export interface Parts {
  readonly production: Production;
  /** The store's id; see `ProductionState.id`. */
  readonly productionId: string;
  readonly messages: MessageStore;
  readonly documents: DocumentStore;
  readonly transport: Transport;
  readonly events: EventLog;
  readonly owner: string;
}

/**
 * Starts the hosts named, in IRIS's order: operations, processes, services. Disabled ones are left out, and those that
 * are scheduled to be stopped.
 * @throws EngineError HOST_START_FAILED or the component's own: those already started are stopped again
 */
export async function runHosts(names: readonly string[], parts: Parts): Promise<RunningHosts> {
  const { messages, transport } = parts;
  let { production } = parts;
  let chosen = chosenOf(production, names);
  const responses = waitForResponses(messages, transport);
  const clock = startClock(() => chosen.filter(awaits).map(({ name }) => name), parts);
  const hostsByName = new Map(production.hosts.map((host) => [host.name, host]));
  const events = tracingWhereAsked(parts.events, hostsByName);
  const engine: Engine = {
    production: { name: production.name, id: parts.productionId },
    hosts: hostsByName,
    messages: warningOfOtherContent(parts.messages, events),
    documents: parts.documents,
    transport,
    responses,
    clock,
    inProc: new Map(),
    disable: (name, by, reason) => changes.disable(name, handlerGrace, by, reason),
    events,
    owner: parts.owner,
  };
  const changes = hostChanges(engine, () => chosen);

  async function startAll(hosts: readonly Host[]): Promise<readonly unknown[]> {
    const failures: unknown[] = [];
    for (const host of hosts) {
      await changes.startIfWanted(host.name).catch((error: unknown) => failures.push(error));
    }
    return failures;
  }

  async function stopAll(grace: number): Promise<void> {
    schedules.close();
    changes.quiesce();
    const end = Date.now() + grace;
    for (const { name } of chosen.toReversed()) {
      await changes.stop(name, Math.max(0, end - Date.now()));
    }
    clock.close();
    responses.close();
  }

  const schedules = keepSchedules(() => chosen, changes, events);
  const [failure] = await startAll(chosen);
  if (failure) {
    await stopAll(0);
    throw failure;
  }
  return {
    stop: stopAll,
    startHost: (name) => changes.start(name),
    stopHost: (name, grace) => changes.stopByHand(name, grace),
    disableHost: (name, grace, by, reason) => changes.disable(name, grace, by, reason),

    async update(next, nextNames) {
      const after = chosenOf(next, nextNames);
      const { hosts } = differenceOf({ ...production, hosts: chosen }, { ...next, hosts: after });
      const restarted = new Set(hosts.filter((host) => host.isRestarted).map(({ name }) => name));
      for (const { name } of chosen.toReversed()) {
        if (restarted.has(name)) await changes.stop(name, next.updateTimeout);
      }
      production = next;
      chosen = after;
      engine.hosts.clear();
      for (const host of next.hosts) engine.hosts.set(host.name, host);
      const [failed] = await startAll(after.filter(({ name }) => restarted.has(name)));
      if (failed) throw failed;
    },
  };
}

/** How long what is under way may take when a handler disables its own host, in milliseconds. */
const handlerGrace = 10_000;

/** Operations first and services last, so that nothing comes in before it can go on. */
export function inStartOrder(hosts: readonly Host[]): readonly Host[] {
  const order = ['operation', 'process', 'service'];
  return [...hosts].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

function chosenOf({ hosts }: Production, names: readonly string[]): readonly Host[] {
  return inStartOrder(hosts.filter(({ name }) => names.includes(name)));
}
