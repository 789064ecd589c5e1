import { setTimeout as sleep } from 'node:timers/promises';
import { assignWork } from './assign-work.ts';
import type { Clock } from './clock.ts';
import type { ServiceContext } from './context.ts';
import type { DocumentStore } from './document-store.ts';
import { codeOf, EngineError } from './errors.ts';
import type { EventLog } from './event.ts';
import type { HostState } from './message-reader.ts';
import type { ClaimedMessage, MessageStore } from './message-store.ts';
import { plainMeasures, type Measure } from './monitoring/measure.ts';
import { businessTypes, type Host } from './production.ts';
import { keepQueueFilled } from './recovery.ts';
import type { Responses } from './responses.ts';
import { sender } from './sender.ts';
import { serviceDoor, type ServiceDoor } from './service-door.ts';
import type { Time } from './time.ts';
import type { Transport } from './transport.ts';
import { work } from './work.ts';

/** What a host runs on; one set for all hosts of a thread. */
export interface Engine {
  readonly production: { readonly name: string; readonly id: string };
  /** Every host of the production by name, also those of other threads: what can be sent to. */
  readonly hosts: Map<string, Host>;
  readonly messages: MessageStore;
  readonly documents: DocumentStore;
  readonly transport: Transport;
  readonly responses: Responses;
  readonly clock: Clock;
  readonly time: Time;
  /** The operations of this thread that run in the worker of their sender, by name. */
  readonly inProc: Map<string, Work>;
  /** Records that a host is disabled, and stops it when it is one of this thread. */
  readonly disable: (name: string, by: string, reason?: string) => Promise<void>;
  readonly events: EventLog;
  /** Names this run of this thread; what it claims is given back when it is gone. */
  readonly owner: string;
}

/** The stay of one message at a host, from its claim to its end. */
export type Work = (message: ClaimedMessage) => Promise<void>;

/** How the end of a host reaches its work. */
export interface Stopping {
  /** Nothing is tried again and nothing is waited for that nobody works on: it goes on at the next start. */
  readonly quiet: AbortSignal;
  /** What is under way ends now. */
  readonly signal: AbortSignal;
}

/** A host that works. */
export interface RunningHost {
  readonly name: string;
  /** Who is connected to it at this moment, and with whom it is; see `BusinessService.connections`. */
  connections(): readonly unknown[];
  /** What its component has counted; see `BusinessService.measures`. */
  measures(): readonly Measure[];
  /** Its end is near: see `Stopping.quiet`. It still takes messages. */
  quiesce(): void;
  /**
   * Takes nothing more, lets what is under way end, at most `grace` milliseconds; then ends the waiting.
   * What was not finished is Queued again.
   * @throws whatever `onTearDown` threw: the host works no more all the same
   */
  stop(grace: number): Promise<void>;
}

/**
 * Starts one host: its component's `onInit`, its queue filled from the record, its workers.
 * @throws whatever `onInit` threw: the host does not run
 */
export async function startHost(host: Host, engine: Engine): Promise<RunningHost> {
  const { component } = host;
  const quieting = new AbortController();
  const ending = new AbortController();
  const stopping: Stopping = { quiet: quieting.signal, signal: ending.signal };
  const door =
    component.kind === 'service' ? serviceDoor(host, engine, stopping.signal) : undefined;
  const context = hostContext(host, engine, stopping, door);
  const state: unknown = await component.onInit?.(context);
  const take = door?.take ?? work(host, engine, { ...context, state }, stopping);
  const poolSize = door?.poolSize ?? host.poolSize;
  const workers =
    host.invocation === 'InProc'
      ? inSendersWorkers(host, engine, take)
      : await inOwnWorkers(host, engine, poolSize, take);
  const detail = component.kind === 'process' ? undefined : component.describe?.(state);
  await engine.messages.setHost(running(host, detail));

  return {
    name: host.name,
    connections: () => (component.kind !== 'process' && component.connections?.(state)) || [],
    measures: () =>
      component.kind === 'process' ? [] : plainMeasures(() => component.measures?.(state)),
    quiesce: () => quieting.abort(),
    async stop(grace) {
      const end = performance.now() + grace;
      const left = () => Math.max(0, end - performance.now());
      quieting.abort();
      workers.pause();
      try {
        if (component.kind === 'service') await component.onTearDown(state, left());
      } finally {
        try {
          await endOf(workers, ending, left);
        } finally {
          if (component.kind !== 'service') await component.onTearDown?.(state);
        }
      }
    },
  };
}

function running(host: Host, detail: string | undefined): HostState {
  return {
    name: host.name,
    type: businessTypes[host.kind],
    component: host.componentName,
    poolSize: host.poolSize,
    status: 'Running',
    ...(detail === undefined ? {} : { detail }),
  };
}

interface Workers {
  /** Looks for nothing more. */
  pause(): void;
  /** Resolves when what is under way has ended. */
  end(): Promise<void>;
}

async function endOf(workers: Workers, ending: AbortController, left: () => number): Promise<void> {
  const timer = setTimeout(() => ending.abort(), left());
  try {
    // A handler that ignores its signal is left behind: its claim is given back by the next start.
    await Promise.race([workers.end(), sleep(left() + 2_000, undefined, { ref: false })]);
  } finally {
    clearTimeout(timer);
  }
}

async function inOwnWorkers(
  host: Host,
  engine: Engine,
  poolSize: number,
  take: Work,
): Promise<Workers> {
  // A handler that ignored the last stop of this host was left behind; what it holds is another's now.
  await engine.messages.recover([host.name], []);
  const filling = await keepQueueFilled(host.name, engine);
  const consumer = engine.transport.consume(host.name, poolSize, () =>
    takeNext(host, engine, take),
  );
  const assigning = assignWork(host, engine, poolSize, consumer, (message) =>
    attend(host, engine, take, message),
  );
  return {
    pause: () => filling.close(),
    async end() {
      assigning.close();
      await consumer.close();
    },
  };
}

function inSendersWorkers(host: Host, engine: Engine, take: Work): Workers {
  engine.inProc.set(host.name, take);
  return { pause: () => undefined, end: async () => void engine.inProc.delete(host.name) };
}

/** One wake-up: claims the oldest message of the host's queue, whatever the job was for, and works on it. */
async function takeNext(host: Host, engine: Engine, take: Work): Promise<void> {
  try {
    const message = await engine.messages.claim(host.name, host.poolSize, engine.owner);
    if (message) await attend(host, engine, take, message);
  } catch (error) {
    reportTurn(host, engine, error); // Not claimed, so recovery wakes for it again.
  }
}

/** Works on one message to its end. */
async function attend(
  host: Host,
  engine: Engine,
  take: Work,
  message: ClaimedMessage,
): Promise<void> {
  try {
    await take(message);
  } catch (error) {
    // No longer our own; or we stop, and the next start has it back.
    reportTurn(host, engine, error, message.header.id);
  }
}

function reportTurn(host: Host, engine: Engine, error: unknown, messageId?: number): void {
  engine.events.log({
    type: 'Error',
    code: codeOf(error),
    text: `${host.name} could not finish its turn: ${textOf(error)}`,
    host: host.name,
    ...(messageId === undefined ? {} : { messageId }),
  });
}

function hostContext(
  host: Host,
  engine: Engine,
  stopping: Stopping,
  door: ReturnType<typeof serviceDoor> | undefined,
): ServiceContext<any> {
  return {
    host: host.name,
    production: engine.production,
    settings: host.settings,
    state: undefined,
    documents: engine.documents,
    signal: stopping.signal,
    origin: (setting) => host.origins[setting] ?? host.origins[''] ?? host.name,
    log: (event) => engine.events.log({ host: host.name, ...event }),
    ...sender(host, engine, stopping),
    accept: (target, body, arrival) => doorOf(host, door).accept(target, body, arrival),
    acceptOnce: (target, body, arrival) => doorOf(host, door).acceptOnce(target, body, arrival),
    acceptImage: (target, body, arrival, whenReturned) =>
      doorOf(host, door).acceptImage(target, body, arrival, whenReturned),
    flush: () => engine.messages.flush(),
    setDetail: (detail) => engine.messages.setHost(running(host, detail)),
  };
}

function doorOf(host: Host, door: ServiceDoor | undefined): ServiceDoor {
  if (door) return door;
  throw new EngineError(
    'STATUS_ILLEGAL',
    `${host.name} is no service; only a service takes messages in`,
  );
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
