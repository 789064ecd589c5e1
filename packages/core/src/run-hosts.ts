import type { DocumentStore } from './document-store.ts';
import { EngineError } from './errors.ts';
import type { EventLog } from './event.ts';
import { startHost, type Engine, type RunningHost } from './host.ts';
import type { MessageStore } from './message-store.ts';
import { businessTypes, type Host, type Production } from './production.ts';
import { waitForResponses } from './responses.ts';
import type { Transport } from './transport.ts';

/** The hosts of one thread, running. */
export interface RunningHosts {
  /** Stops them in reverse order, all of them within one `grace`; see `RunningHost.stop`. */
  stop(grace: number): Promise<void>;
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
 * Starts the hosts named, in IRIS's order: operations, processes, services.
 * @throws EngineError HOST_START_FAILED or the component's own: those already started are stopped again
 */
export async function runHosts(names: readonly string[], parts: Parts): Promise<RunningHosts> {
  const { production } = parts;
  const responses = waitForResponses(parts.messages, parts.transport);
  const engine: Engine = {
    production: { name: production.name, id: parts.productionId },
    hosts: new Map(production.hosts.map((host) => [host.name, host])),
    messages: parts.messages,
    documents: parts.documents,
    transport: parts.transport,
    responses,
    events: parts.events,
    owner: parts.owner,
  };
  const running: RunningHost[] = [];
  const stop = async (grace: number) => {
    const end = Date.now() + grace;
    for (const host of running.reverse()) {
      await host.stop(Math.max(0, end - Date.now()));
      await parts.messages.setHost({ ...stateOf(engine.hosts.get(host.name)!), status: 'Stopped' });
    }
    responses.close();
  };

  for (const host of inStartOrder(production.hosts.filter(({ name }) => names.includes(name)))) {
    try {
      running.push(await startHost(host, engine));
    } catch (error) {
      await parts.messages.setHost({ ...stateOf(host), status: 'Error', detail: textOf(error) });
      await stop(0);
      throw startFailed(host, error);
    }
  }
  return { stop };
}

/** Operations first and services last, so that nothing comes in before it can go on. */
export function inStartOrder(hosts: readonly Host[]): readonly Host[] {
  const order = ['operation', 'process', 'service'];
  return [...hosts].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

function stateOf(host: Host) {
  return {
    name: host.name,
    type: businessTypes[host.kind],
    component: host.componentName,
    poolSize: host.poolSize,
  };
}

function startFailed(host: Host, error: unknown): EngineError {
  const code = error instanceof EngineError ? error.code : 'HOST_START_FAILED';
  return new EngineError(code, `${host.name} could not start: ${textOf(error)}`, { cause: error });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
