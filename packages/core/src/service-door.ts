import type { Accepted, Answer } from './context.ts';
import { EngineError, PermanentError } from './errors.ts';
import type { Engine } from './host.ts';
import type { Claim, ClaimedMessage, NewRequest, Outcome } from './message-store.ts';
import type { Answered, Arrival, MessageBody } from './message.ts';
import { businessTypes, type Host } from './production.ts';
import { wake } from './requests.ts';
import { untilRecorded } from './until-recorded.ts';

/** How a service takes messages in and gets their answers back through its own queue. */
export interface ServiceDoor {
  /** Answers under way at the same time; each is held until its peer has been told. */
  readonly poolSize: number;
  accept(target: string, body: MessageBody, arrival?: Arrival): Promise<Accepted>;
  /** See `ServiceContext.acceptOnce`. */
  acceptOnce(target: string, body: MessageBody, arrival: Arrival): Promise<Accepted>;
  /** Brings an answer that has come through the queue to the one who waits for it. */
  take(message: ClaimedMessage): Promise<void>;
}

/** Makes the door of a service host. */
export function serviceDoor(host: Host, engine: Engine, signal: AbortSignal): ServiceDoor {
  const open = new Map<number, PendingAnswer>();

  async function accepted(
    target: string,
    body: MessageBody,
    more: Pick<NewRequest, 'arrival' | 'onlyOnce'>,
  ): Promise<Accepted> {
    const to = engine.hosts.get(target);
    if (!to || to.kind === 'service') throw noTarget(host, target);
    const { id, sessionId } = await engine.messages.send({
      source: host.name,
      sourceType: 'BusinessService',
      target,
      targetType: businessTypes[to.kind],
      body,
      priority: 'Sync',
      responseRequired: true,
      ...more,
    });
    // One that is brought again may have its answer here already.
    const pending = open.get(id) ?? pendingAnswer(id, engine, signal);
    open.set(id, pending);
    wake(engine, target, { messageId: id, sessionId, bodyType: body.type });
    return {
      messageId: id,
      sessionId,
      answer: (timeout) => pending.wait(timeout),
      troubles: () => engine.messages.troubles(sessionId),
      async answered(answered) {
        await untilRecorded(
          `what the peer of message ${id} was told`,
          () => engine.messages.answered(id, answered),
          engine.events,
          signal,
        );
        open.delete(id);
        pending.setAside({ ...answered, time: new Date().toISOString() });
      },
    };
  }

  return {
    poolSize: 64,

    accept: (target, body, arrival) => accepted(target, body, arrival ? { arrival } : {}),

    acceptOnce: (target, body, arrival) => accepted(target, body, { arrival, onlyOnce: true }),

    async take(message) {
      const pending = open.get(message.header.correspondingMessageId ?? 0);
      if (pending) return pending.take(message);
      await finish(message.claim, withoutWaiter(message.requestAnswered), engine, signal);
    },
  };
}

/** An answer between its arrival in the service's queue and the peer being told. */
interface PendingAnswer {
  wait(timeout: number): Promise<Answer>;
  /** Resolves when the answer is settled: the queue's job is active until then. */
  take(message: ClaimedMessage): Promise<void>;
  /** The peer has been told without it: an answer that came and was not settled is ended with that. */
  setAside(answered: Answered): void;
}

function pendingAnswer(requestId: number, engine: Engine, signal: AbortSignal): PendingAnswer {
  const arrived = Promise.withResolvers<ClaimedMessage>();
  const settled = Promise.withResolvers<void>();
  let message: ClaimedMessage | undefined;
  let isSettled = false;

  async function settle(claim: Claim, outcome: Outcome): Promise<void> {
    if (isSettled) return;
    isSettled = true;
    try {
      await finish(claim, outcome, engine, signal);
    } finally {
      settled.resolve();
    }
  }

  return {
    async wait(timeout) {
      const answer = await within(
        timeout,
        arrived.promise,
        () =>
          new EngineError(
            'REQUEST_TIMEOUT',
            `message ${requestId} had no answer within ${timeout / 1000} s`,
          ),
      );
      const { body, header, claim } = answer;
      return {
        ...(body && body.type !== 'empty' ? { body } : {}),
        ...(header.errorStatus ? { error: header.errorStatus } : {}),
        settle: (outcome) => settle(claim, outcome),
      };
    },
    take(claimed) {
      message = claimed;
      arrived.resolve(claimed);
      return settled.promise;
    },
    setAside(answered) {
      if (!message) return;
      // It fails only when we stop: the next start ends it.
      settle(message.claim, withoutWaiter(answered)).catch(() => undefined);
    },
  };
}

/** Ends an answer's leg, which an answer that has reached its peer must not lack. */
function finish(claim: Claim, outcome: Outcome, engine: Engine, signal: AbortSignal) {
  return untilRecorded(
    `the end of answer ${claim.messageId}`,
    () => engine.messages.finish(claim, outcome),
    engine.events,
    signal,
  );
}

async function within<T>(timeout: number, promise: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), timeout);
  });
  try {
    return await Promise.race([promise, expiry]);
  } finally {
    clearTimeout(timer);
  }
}

/** Nobody waits: the peer was told already, or its association ended with the last run. */
function withoutWaiter(answered: Answered | undefined): Outcome {
  if (answered && !answered.note) return { status: 'Completed' };
  return { status: 'Discarded', note: answered?.note ?? 'the association ended before the answer' };
}

function noTarget(host: Host, target: string): EngineError {
  return new PermanentError(
    'TARGET_UNKNOWN',
    `${host.name} cannot send to ${JSON.stringify(target)}: no process or operation has that name`,
  );
}
