import { startClock } from './clock.ts';
import type { DocumentStore } from './document-store.ts';
import type { EventLog } from './event.ts';
import { EngineError } from './errors.ts';
import { hostChanges, type Connections, type MeasuresOfHosts } from './host-changes.ts';
import type { Engine } from './host.ts';
import type { MessageStore } from './message-store.ts';
import { warningOfOtherContent } from './other-content.ts';
import { warningOfReturnedImages } from './returned-images.ts';
import { differenceOf } from './difference.ts';
import type { Host, Production } from './production.ts';
import { waitForResponses } from './responses.ts';
import { keepSchedules } from './schedule/keep-schedules.ts';
import { awaits } from './sender.ts';
import { tracingWhereAsked } from './trace-events.ts';
import { machineTime, type Time } from './time.ts';
import type { Transport } from './transport.ts';

/** The hosts of one thread, running. */
export interface RunningHosts {
  /**
   * Stops them in reverse order, all of them within one `grace`; see `RunningHost.stop`. An update that is under way
   * starts nothing more.
   */
  stop(grace: number): Promise<void>;
  /** Who is connected to them at this moment; see `BusinessService.connections`. */
  connections(): Connections;
  /** What they have counted; see `BusinessService.measures`. */
  measures(): MeasuresOfHosts;
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
   * What fails while a host stops is an event: it is stopped, and the update goes on.
   * @throws the first error of a host that could not start; the others run. EngineError STOPPING
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
  /** Default: the machine's. */
  readonly time?: Time;
}

/**
 * Starts the hosts named, in IRIS's order: operations, processes, services. Disabled ones are left out, and those that
 * are scheduled to be stopped.
 * @throws EngineError HOST_START_FAILED or the component's own, of the first that could not start: those already
 *   started are stopped again
 */
export async function runHosts(names: readonly string[], parts: Parts): Promise<RunningHosts> {
  const { messages, transport, time = machineTime } = parts;
  let { production } = parts;
  let chosen = chosenOf(production, names);
  const responses = waitForResponses(messages, transport, time);
  const clock = startClock(() => chosen.filter(awaits).map(({ name }) => name), parts, time);
  const hostsByName = new Map(production.hosts.map((host) => [host.name, host]));
  const events = tracingWhereAsked(parts.events, hostsByName);
  const engine: Engine = {
    production: { name: production.name, id: parts.productionId },
    hosts: hostsByName,
    messages: warningOfReturnedImages(warningOfOtherContent(parts.messages, events), events),
    documents: parts.documents,
    transport,
    responses,
    clock,
    time,
    inProc: new Map(),
    disable: (name, by, reason) => changes.disable(name, handlerGrace, by, reason),
    events,
    owner: parts.owner,
  };
  const changes = hostChanges(engine, () => chosen);
  const stopping = new AbortController();

  function unlessStopping(): void {
    if (!stopping.signal.aborted) return;
    throw new EngineError('STOPPING', 'the hosts are not updated: the production is stopping');
  }

  async function stopAll(grace: number): Promise<void> {
    stopping.abort();
    schedules.close();
    changes.quiesce();
    const end = Date.now() + grace;
    for (const { name } of chosen.toReversed()) {
      await changes.end(name, Math.max(0, end - Date.now()));
    }
    clock.close();
    responses.close();
  }

  const schedules = keepSchedules(() => chosen, changes, events, time);
  try {
    // What was started after one that cannot would only begin to work and be cut.
    for (const { name } of chosen) await changes.startIfWanted(name);
  } catch (error) {
    await stopAll(0);
    throw error;
  }
  return {
    stop: stopAll,
    connections: () => changes.connections(),
    measures: () => changes.measures(),
    startHost: (name) => changes.start(name),
    stopHost: (name, grace) => changes.stopByHand(name, grace),
    disableHost: (name, grace, by, reason) => changes.disable(name, grace, by, reason),

    async update(next, nextNames) {
      const after = chosenOf(next, nextNames);
      const { hosts } = differenceOf({ ...production, hosts: chosen }, { ...next, hosts: after });
      const restarted = new Set(hosts.filter((host) => host.isRestarted).map(({ name }) => name));
      for (const { name } of chosen.toReversed()) {
        if (!restarted.has(name)) continue;
        unlessStopping();
        await changes.stop(name, next.updateTimeout).catch((error: unknown) => {
          const text = `${name} is stopped, and the record does not say so: ${String(error)}`;
          events.log({ type: 'Error', code: 'HOST_STOP_FAILED', text, host: name });
        });
      }
      unlessStopping();
      production = next;
      chosen = after;
      engine.hosts.clear();
      for (const host of next.hosts) engine.hosts.set(host.name, host);
      const failures: unknown[] = [];
      for (const { name } of after) {
        if (!restarted.has(name)) continue;
        unlessStopping();
        await changes.startIfWanted(name).catch((error: unknown) => failures.push(error));
      }
      if (failures.length > 0) throw failures[0];
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
