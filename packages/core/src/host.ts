import { setTimeout as sleep } from 'node:timers/promises';
import type { Component, Context, ServiceContext } from './component.ts';
import type { DocumentStore } from './document-store.ts';
import { codeOf, EngineError, PermanentError } from './errors.ts';
import type { Event, EventLog } from './event.ts';
import type { ClaimedMessage, MessageStore, Outcome } from './message-store.ts';
import type { ErrorStatus, MessageBody } from './message.ts';
import { businessTypes, type Host } from './production.ts';
import { keepQueueFilled } from './recovery.ts';
import { wakeFor } from './requests.ts';
import type { Responses } from './responses.ts';
import { tryUntilDone } from './retry.ts';
import { sender } from './sender.ts';
import { serviceDoor } from './service-door.ts';
import type { Transport } from './transport.ts';
import { untilRecorded } from './until-recorded.ts';

/** What a host runs on; one set for all hosts of a thread. */
export interface Engine {
  readonly production: { readonly name: string; readonly id: string };
  /** Every host of the production by name, also those of other threads: what can be sent to. */
  readonly hosts: ReadonlyMap<string, Host>;
  readonly messages: MessageStore;
  readonly documents: DocumentStore;
  readonly transport: Transport;
  readonly responses: Responses;
  readonly events: EventLog;
  /** Names this run of this thread; what it claims is given back when it is gone. */
  readonly owner: string;
}

/** A host that works. */
export interface RunningHost {
  readonly name: string;
  /**
   * Takes nothing more, lets what is under way end, at most `grace` milliseconds; then ends the waiting.
   * What was not finished is Queued again.
   */
  stop(grace: number): Promise<void>;
}

/**
 * Starts one host: its component's `onInit`, its queue filled from the record, its workers.
 * @throws whatever `onInit` threw: the host does not run
 */
export async function startHost(host: Host, engine: Engine): Promise<RunningHost> {
  const { component } = host;
  const stopping = new AbortController();
  const door =
    component.kind === 'service' ? serviceDoor(host, engine, stopping.signal) : undefined;
  const context = hostContext(host, engine, stopping.signal, door);
  const state: unknown = await component.onInit?.(context);
  const filling = await keepQueueFilled(host.name, engine);
  const consumer = engine.transport.consume(host.name, door ? door.poolSize : host.poolSize, () =>
    takeNext(
      host,
      engine,
      door?.take ?? work(host, engine, { ...context, state }, stopping.signal),
    ),
  );
  await engine.messages.setHost({
    name: host.name,
    type: businessTypes[host.kind],
    component: host.componentName,
    poolSize: host.poolSize,
    status: 'Running',
    ...(component.kind === 'service' && component.describe
      ? { detail: component.describe(state) }
      : {}),
  });

  return {
    name: host.name,
    async stop(grace) {
      filling.close();
      if (door) await component.onTearDown?.(state);
      const timer = setTimeout(() => stopping.abort(), grace);
      // A handler that ignores its signal is left behind: its claim is given back by the next start.
      await Promise.race([consumer.close(), sleep(grace + 2_000, undefined, { ref: false })]);
      clearTimeout(timer);
      if (!door) await component.onTearDown?.(state);
    },
  };
}

/** One wake-up: claims the oldest message of the host's queue, whatever the job was for, and works on it. */
async function takeNext(
  host: Host,
  engine: Engine,
  take: (message: ClaimedMessage) => Promise<void>,
): Promise<void> {
  let messageId: number | undefined;
  try {
    const message = await engine.messages.claim(host.name, host.poolSize, engine.owner);
    messageId = message?.header.id;
    if (message) await take(message);
  } catch (error) {
    // Not claimed, so recovery wakes for it again; or no longer our own; or we stop, and the next start has it back.
    engine.events.log({
      type: 'Error',
      code: codeOf(error),
      text: `${host.name} could not finish its turn: ${textOf(error)}`,
      host: host.name,
      ...(messageId === undefined ? {} : { messageId }),
    });
  }
}

/** The stay of one message at a process or an operation: handle, finish, tell whoever waits. */
function work(host: Host, engine: Engine, context: Context<any, unknown>, signal: AbortSignal) {
  return async (message: ClaimedMessage): Promise<void> => {
    const outcome = await tryUntilDone(host, engine, message, signal, () =>
      handle(host.component, message, messageContext(context, host, engine, message, signal)),
    );
    if (outcome === 'stopping') return engine.messages.requeue(message.claim);
    if (outcome.status === 'Error') report(engine, host, message, outcome);
    const response = await untilRecorded(
      `the end of message ${message.header.id} at ${host.name}`,
      () => engine.messages.finish(message.claim, outcome),
      engine.events,
      signal,
    );
    if (response) wakeFor(engine, response);
  };
}

async function handle(
  component: Component,
  message: ClaimedMessage,
  context: Context<any, any>,
): Promise<MessageBody | undefined> {
  const { body } = message;
  if (!body) throw new PermanentError('HANDLER_FAILED', 'the request has no body to work on');
  const request = { header: message.header, body };
  const result =
    component.kind === 'operation'
      ? await component.onMessage(request, context)
      : component.kind === 'process'
        ? await component.onRequest(request, context)
        : undefined;
  return result ?? undefined;
}

function hostContext(
  host: Host,
  engine: Engine,
  signal: AbortSignal,
  door: ReturnType<typeof serviceDoor> | undefined,
): ServiceContext<any> {
  return {
    host: host.name,
    production: engine.production,
    settings: host.settings,
    state: undefined,
    documents: engine.documents,
    signal,
    origin: (setting) => host.origins[setting] ?? host.origins[''] ?? host.name,
    log: (event) => engine.events.log({ host: host.name, ...event }),
    ...sender(host, engine, signal),
    accept: (target, body, arrival) => {
      if (!door)
        throw new EngineError(
          'STATUS_ILLEGAL',
          `${host.name} is no service; only a service takes messages in`,
        );
      return door.accept(target, body, arrival);
    },
    flush: () => engine.messages.flush(),
  };
}

function messageContext(
  context: Context<any, unknown>,
  host: Host,
  engine: Engine,
  message: ClaimedMessage,
  signal: AbortSignal,
): Context<any, any> {
  const { id, sessionId } = message.header;
  return {
    ...context,
    ...sender(host, engine, signal, message),
    log: (event: Event) =>
      engine.events.log({ host: host.name, sessionId, messageId: id, ...event }),
  };
}

function report(
  engine: Engine,
  host: Host,
  message: ClaimedMessage,
  outcome: Outcome & { error: ErrorStatus },
) {
  const { id, sessionId } = message.header;
  engine.events.log({
    type: 'Error',
    code: outcome.error.code,
    text: `${host.name} failed on message ${id}: ${outcome.error.text}`,
    host: host.name,
    sessionId,
    messageId: id,
  });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
