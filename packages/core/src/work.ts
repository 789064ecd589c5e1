import type { Answers, Component } from './component.ts';
import type { Context, Request } from './context.ts';
import { PermanentError } from './errors.ts';
import type { Event } from './event.ts';
import { giveAnswers } from './give-answers.ts';
import type { Engine, Stopping, Work } from './host.ts';
import type { ClaimedMessage } from './message-store.ts';
import type { ErrorStatus, MessageBody } from './message.ts';
import {
  firstTurn,
  newInstance,
  nextTurn,
  wakeReady,
  type AnyProcessContext,
  type FirstTurn,
} from './process-instance.ts';
import type { Host } from './production.ts';
import { wakeFor } from './requests.ts';
import { tryUntilDone } from './retry.ts';
import { sender, type Sender } from './sender.ts';
import { untilRecorded } from './until-recorded.ts';

/** Makes the work of a process or an operation: handle, finish or put aside, tell whoever waits. */
export function work(
  host: Host,
  engine: Engine,
  context: Context<Record<string, unknown>, unknown>,
  stopping: Stopping,
): Work {
  const { signal } = stopping;
  const { messages, events } = engine;
  const { component } = host;

  async function onRequest(message: ClaimedMessage): Promise<void> {
    const { id } = message.header;
    const notes: Promise<void>[] = [];
    let turn: FirstTurn = {};
    let sends: Sender | undefined;
    const outcome = await tryUntilDone(host, engine, message, stopping, async () => {
      const { body } = message;
      if (!body) throw new PermanentError('HANDLER_FAILED', 'the request has no body to work on');
      sends = sender(host, engine, stopping, message);
      const request = { header: message.header, body };
      const cancelling = new AbortController();
      const given = {
        ...handlerContext(context, host, engine, message, request, sends, notes),
        get signal() {
          return AbortSignal.any([signal, cancelling.signal]);
        },
      };
      const { answerInPart } = sends;
      const giveAll = (answers: Answers) =>
        giveAnswers(answers, id, engine, { answerInPart }, cancelling, signal);
      turn = await sends.unlessStopped(handle(component, request, given, engine, giveAll));
      const isDeferred = turn.state !== undefined || sends.hasDeferred();
      return isDeferred ? { type: 'deferred' } : turn.body;
    });
    if (outcome === 'stopping') return messages.requeue(message.claim);
    if (outcome === 'disable') return disable(message);
    const { state } = turn;
    if (outcome.status === 'Completed' && (state !== undefined || sends?.hasDeferred())) {
      const defer = () => messages.defer(message.claim, state);
      return wakeReady(engine, host.name, id, await recorded('the deferral', message, defer));
    }
    if (outcome.status !== 'Completed') report(engine, host, message, outcome);
    const finishing = recorded('the end', message, () => messages.finish(message.claim, outcome));
    // In the same breath, so that the record is asked once: whoever waits in this thread has it with the end.
    const isTaken = engine.responses.look(id);
    const [response] = await Promise.all([finishing, ...notes]);
    if (response && !isTaken) wakeFor(engine, response);
  }

  async function onResponse(message: ClaimedMessage): Promise<void> {
    if (component.kind !== 'process') return;
    const notes: Promise<void>[] = [];
    const outcome = await nextTurn(
      { ...host, component },
      engine,
      message,
      stopping,
      (response, request, instance) => {
        const sends = sender(host, engine, stopping, response);
        const given = handlerContext(context, host, engine, response, request, sends, notes);
        return { context: { ...given, instance }, sends };
      },
    );
    await Promise.all(notes);
    if (outcome === 'disable') return disable(message);
    if (outcome) report(engine, host, message, outcome);
  }

  /** Its message goes back to the head of the queue, and stays there until the host is enabled. */
  async function disable(message: ClaimedMessage): Promise<void> {
    await messages.requeue(message.claim);
    const reason = `an error on message ${message.header.id}`;
    await engine.disable(host.name, 'reply-code action', reason);
  }

  function recorded<Result>(what: string, message: ClaimedMessage, record: () => Promise<Result>) {
    const text = `${what} of message ${message.header.id} at ${host.name}`;
    return untilRecorded(text, record, events, signal);
  }

  return (message) =>
    message.header.type === 'Request' ? onRequest(message) : onResponse(message);
}

async function handle(
  component: Component,
  request: Request,
  context: AnyProcessContext,
  engine: Engine,
  giveAll: (answers: Answers) => Promise<MessageBody | undefined>,
): Promise<FirstTurn> {
  if (component.kind === 'process') return firstTurn(component, request, context, engine, giveAll);
  if (component.kind === 'operation') {
    return { body: (await component.onMessage(request, context)) ?? undefined };
  }
  return { body: undefined };
}

function handlerContext(
  context: Context<Record<string, unknown>, unknown>,
  host: Host,
  engine: Engine,
  message: ClaimedMessage,
  request: Request,
  sends: Sender,
  notes: Promise<void>[],
): AnyProcessContext {
  const { id, sessionId } = message.header;
  return {
    ...context,
    ...sends,
    request,
    instance: host.component.kind === 'process' ? newInstance(host.component) : {},
    record: {
      images: (filter) => engine.messages.images(filter),
      legs: (session) => engine.messages.legs(session),
    },
    log: (event: Event) =>
      engine.events.log({ host: host.name, sessionId, messageId: id, ...event }),
    delivered(receipt) {
      const note = untilRecorded(
        `the receipt of message ${id} at ${host.name}`,
        () => engine.messages.delivered(id, receipt),
        engine.events,
        context.signal,
      );
      note.catch(() => undefined); // Whoever awaits the notes hears of it, at the end of the message.
      notes.push(note);
    },
  };
}

function report(
  engine: Engine,
  host: Host,
  message: ClaimedMessage,
  {
    status,
    error,
    details,
  }: { readonly status: string; readonly error: ErrorStatus } & Pick<Event, 'details'>,
) {
  const { id, sessionId } = message.header;
  engine.events.log({
    type: 'Error',
    code: error.code,
    text: `${host.name} ${status === 'Suspended' ? 'suspended' : 'failed on'} message ${id}: ${error.text}`,
    host: host.name,
    sessionId,
    messageId: id,
    ...(details && { details }),
  });
}
