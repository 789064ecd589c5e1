import { startClock } from './clock.ts';
import type { DocumentStore } from './document-store.ts';
import { codeOf, EngineError } from './errors.ts';
import type { EventLog } from './event.ts';
import { startHost, type Engine, type RunningHost } from './host.ts';
import type { DisabledHost } from './message-reader.ts';
import type { MessageStore } from './message-store.ts';
import { warningOfOtherContent } from './other-content.ts';
import { businessTypes, type Host, type Production } from './production.ts';
import { waitForResponses } from './responses.ts';
import { awaits } from './sender.ts';
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
 * Starts the hosts named, in IRIS's order: operations, processes, services. Disabled ones are left out.
 * @throws EngineError HOST_START_FAILED or the component's own: those already started are stopped again
 */
export async function runHosts(names: readonly string[], parts: Parts): Promise<RunningHosts> {
  const { production, messages, events, transport } = parts;
  const responses = waitForResponses(messages, transport);
  const chosen = inStartOrder(production.hosts.filter(({ name }) => names.includes(name)));
  const clock = startClock(
    chosen.filter(awaits).map(({ name }) => name),
    parts,
  );
  const engine: Engine = {
    production: { name: production.name, id: parts.productionId },
    hosts: new Map(production.hosts.map((host) => [host.name, host])),
    messages: warningOfOtherContent(parts.messages, parts.events),
    documents: parts.documents,
    transport,
    responses,
    clock,
    inProc: new Map(),
    disable: (name, by, reason) => disableHost(name, handlerGrace, by, reason),
    events,
    owner: parts.owner,
  };
  const running = new Map<string, RunningHost>();
  const changes = new Map<string, Promise<void>>();

  /** One change of a host at a time. */
  function change(name: string, step: (host: Host) => Promise<void>): Promise<void> {
    const host = chosen.find((one) => one.name === name);
    if (!host) return Promise.reject(noHost(name, chosen));
    const next = (changes.get(name) ?? Promise.resolve()).then(() => step(host));
    changes.set(
      name,
      next.catch(() => undefined),
    );
    return next;
  }

  async function start(host: Host): Promise<void> {
    if (running.has(host.name)) return;
    const disabled = (await messages.disabledHosts()).find(({ name }) => name === host.name);
    if (disabled) throw disabledError(disabled);
    try {
      running.set(host.name, await startHost(host, engine));
    } catch (error) {
      await messages.setHost({ ...stateOf(host), status: 'Error', detail: textOf(error) });
      throw startFailed(host, error);
    }
  }

  async function stop(host: Host, grace: number): Promise<void> {
    const one = running.get(host.name);
    running.delete(host.name);
    await one?.stop(grace);
    const disabled = (await messages.disabledHosts()).find(({ name }) => name === host.name);
    await messages.setHost(
      disabled
        ? { ...stateOf(host), status: 'Disabled', detail: inWords(disabled) }
        : { ...stateOf(host), status: 'Stopped' },
    );
  }

  async function disableHost(name: string, grace: number, by: string, reason?: string) {
    if (!chosen.some((host) => host.name === name)) throw noHost(name, chosen);
    const since = new Date().toISOString();
    await messages.disableHost({ name, since, by, ...(reason ? { reason } : {}) });
    const text = `${name} is disabled by ${by}${reason ? `: ${reason}` : ''}; its queue goes on taking messages`;
    // What an error has led to is an error of the host; what a person did is none.
    const type = by === 'reply-code action' ? 'Error' : 'Warning';
    events.log({ type, code: 'HOST_DISABLED', text, host: name });
    // Not awaited by a handler of the host itself, which would wait for its own end.
    const stopped = change(name, (host) => stop(host, grace));
    if (by === 'reply-code action') void stopped.catch(() => undefined);
    else await stopped;
  }

  async function stopAll(grace: number): Promise<void> {
    const end = Date.now() + grace;
    for (const host of chosen.toReversed()) {
      if (!running.has(host.name)) continue;
      await change(host.name, (one) => stop(one, Math.max(0, end - Date.now())));
    }
    clock.close();
    responses.close();
  }

  for (const host of chosen) {
    try {
      await change(host.name, start);
    } catch (error) {
      if (codeOf(error) === 'HOST_DISABLED') {
        await change(host.name, (one) => stop(one, 0));
        continue;
      }
      await stopAll(0);
      throw error;
    }
  }
  return {
    stop: stopAll,
    startHost: (name) => change(name, start),
    stopHost: (name, grace) => change(name, (host) => stop(host, grace)),
    disableHost,
  };
}

/** How long what is under way may take when a handler disables its own host, in milliseconds. */
const handlerGrace = 10_000;

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

/** Who disabled a host, when and why, as the operator reads it. */
function inWords({ since, by, reason }: DisabledHost): string {
  return `disabled since ${since} by ${by}${reason ? `: ${reason}` : ''}; the file says enabled`;
}

function disabledError(disabled: DisabledHost): EngineError {
  return new EngineError(
    'HOST_DISABLED',
    `${disabled.name} is not started: it is ${inWords(disabled)}; production enable ${disabled.name} starts it`,
  );
}

function noHost(name: string, hosts: readonly Host[]): EngineError {
  return new EngineError(
    'NOT_FOUND',
    `there is no host ${JSON.stringify(name)}; there are ${hosts.map((host) => host.name).join(', ')}`,
  );
}

function startFailed(host: Host, error: unknown): EngineError {
  const code = error instanceof EngineError ? error.code : 'HOST_START_FAILED';
  return new EngineError(code, `${host.name} could not start: ${textOf(error)}`, { cause: error });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
