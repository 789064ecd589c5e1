import type { Accepted } from './context.ts';
import { PermanentError, type EngineError } from './errors.ts';
import type { Engine } from './host.ts';
import type { ClaimedMessage } from './message-store.ts';
import type { Arrival, MessageBody } from './message.ts';
import type { NewRequest } from './new-request.ts';
import {
  endAnswer,
  pendingAnswers,
  withoutWaiter,
  type PendingAnswers,
} from './pending-answers.ts';
import { businessTypes, type Host } from './production.ts';
import type { WhenReturned } from './receipt.ts';
import { wake } from './requests.ts';
import { untilRecorded } from './until-recorded.ts';

/** How a service takes messages in and gets their answers back through its own queue. */
export interface ServiceDoor {
  /** Last answers under way at the same time; each is held until its peer has been told. */
  readonly poolSize: number;
  accept(target: string, body: MessageBody, arrival?: Arrival): Promise<Accepted>;
  /** See `ServiceContext.acceptOnce`. */
  acceptOnce(target: string, body: MessageBody, arrival: Arrival): Promise<Accepted>;
  /** See `ServiceContext.acceptImage`. */
  acceptImage(
    target: string,
    body: MessageBody,
    arrival: Arrival,
    whenReturned: WhenReturned,
  ): Promise<Accepted>;
  /** Brings an answer that has come through the queue to the one who waits for it. */
  take(message: ClaimedMessage): Promise<void>;
}

/** Makes the door of a service host. */
export function serviceDoor(host: Host, engine: Engine, signal: AbortSignal): ServiceDoor {
  const open = new Map<number, PendingAnswers>();

  function recorded(what: string, record: () => Promise<void>): Promise<void> {
    return untilRecorded(what, record, engine.events, signal);
  }

  /** Its handler, in whichever thread, is told to look at the record. */
  async function cancel(id: number): Promise<void> {
    await recorded(`that no more answers to message ${id} are wanted`, () =>
      engine.messages.cancel(id),
    );
    engine.transport.hint(id);
  }

  async function accepted(
    target: string,
    body: MessageBody,
    more: Pick<NewRequest, 'arrival' | 'onlyOnce' | 'whenReturned'>,
  ): Promise<Accepted> {
    const to = engine.hosts.get(target);
    if (!to || to.kind === 'service') throw noTarget(host, target);
    const { id, sessionId, returned } = await engine.messages.send({
      source: host.name,
      sourceType: 'BusinessService',
      target,
      targetType: businessTypes[to.kind],
      body,
      priority: 'Sync',
      responseRequired: true,
      ...more,
    });
    const isDiscarded = returned !== undefined && more.whenReturned === 'discard';
    // One that is brought again may have its answer here already.
    const pending = open.get(id) ?? pendingAnswers(id, engine, signal);
    open.set(id, pending);
    if (!isDiscarded) wake(engine, target, { messageId: id, sessionId, bodyType: body.type });
    return {
      messageId: id,
      sessionId,
      ...(isDiscarded ? { isDiscarded } : {}),
      answer: (timeout) => pending.last(timeout),
      answers: (timeout) => pending.all(timeout),
      cancel: () => cancel(id),
      troubles: () => engine.messages.troubles(sessionId),
      async answered(answered) {
        await recorded(`what the peer of message ${id} was told`, () =>
          engine.messages.answered(id, answered),
        );
        open.delete(id);
        pending.setAside({ ...answered, time: new Date().toISOString() });
        if (answered.note !== undefined) engine.transport.hint(id);
      },
    };
  }

  return {
    poolSize: 64,

    accept: (target, body, arrival) => accepted(target, body, arrival ? { arrival } : {}),

    acceptOnce: (target, body, arrival) => accepted(target, body, { arrival, onlyOnce: true }),

    acceptImage: (target, body, arrival, whenReturned) =>
      accepted(target, body, { arrival, whenReturned }),

    async take(message) {
      const { header, claim, requestAnswered } = message;
      const requestId = header.correspondingMessageId ?? 0;
      const pending = open.get(requestId);
      if (pending) return pending.take(message);
      await endAnswer(claim, withoutWaiter(requestAnswered), engine, signal);
      if (header.isPartial) await cancel(requestId);
    },
  };
}

function noTarget(host: Host, target: string): EngineError {
  return new PermanentError(
    'TARGET_UNKNOWN',
    `${host.name} cannot send to ${JSON.stringify(target)}: no process or operation has that name`,
  );
}
