import type { Answer } from './context.ts';
import { EngineError } from './errors.ts';
import type { Engine } from './host.ts';
import type { Claim, ClaimedMessage, Outcome } from './message-store.ts';
import type { Answered } from './message.ts';
import { untilRecorded } from './until-recorded.ts';

/** The answers to one request of a service, between their arrival in its queue and the peer being told. */
export interface PendingAnswers {
  /** The last one; see `Accepted.answer`. */
  last(timeout: number): Promise<Answer>;
  /** All of them, as they come; see `Accepted.answers`. */
  all(timeout: number): AsyncIterable<Answer>;
  /** Resolves when the last answer is settled: the queue's job is active until then. Of the others, at once. */
  take(message: ClaimedMessage): Promise<void>;
  /** The peer has been told without them: what came and was not settled is ended with that. */
  setAside(answered: Answered): void;
}

/** Begins to wait for the answers to a request. */
export function pendingAnswers(
  requestId: number,
  engine: Engine,
  signal: AbortSignal,
): PendingAnswers {
  const arrived: ClaimedMessage[] = [];
  const unsettled = new Set<ClaimedMessage>();
  const settled = Promise.withResolvers<void>();
  let arrival = Promise.withResolvers<void>();
  let isLastWanted = false;

  async function settle(message: ClaimedMessage, outcome: Outcome): Promise<void> {
    if (!unsettled.delete(message)) return;
    try {
      await endAnswer(message.claim, outcome, engine, signal);
    } finally {
      if (message.header.isPartial) engine.transport.hint(requestId);
      else settled.resolve();
    }
  }

  function answerOf(message: ClaimedMessage): Answer {
    const { body, header } = message;
    return {
      ...(body && body.type !== 'empty' ? { body } : {}),
      ...(header.errorStatus ? { error: header.errorStatus } : {}),
      isLast: !header.isPartial,
      settle: (outcome) => settle(message, outcome),
    };
  }

  async function next(timeout: number): Promise<ClaimedMessage> {
    const late = () =>
      new EngineError(
        'REQUEST_TIMEOUT',
        `message ${requestId} had no answer within ${timeout / 1000} s`,
      );
    if (arrived.length === 0) await within(timeout, arrival.promise, late);
    return arrived.shift()!;
  }

  /** Fails only when we stop: the next start ends it. */
  function setAsideOne(message: ClaimedMessage, outcome: Outcome): void {
    settle(message, outcome).catch(() => undefined);
  }

  return {
    async last(timeout) {
      isLastWanted = true;
      for (const message of arrived.splice(0)) {
        if (message.header.isPartial) setAsideOne(message, unwanted);
        else arrived.push(message);
      }
      return answerOf(await next(timeout));
    },

    async *all(timeout) {
      for (;;) {
        const answer = answerOf(await next(timeout));
        yield answer;
        if (answer.isLast) return;
      }
    },

    async take(message) {
      unsettled.add(message);
      if (message.header.isPartial && isLastWanted) return setAsideOne(message, unwanted);
      arrived.push(message);
      arrival.resolve();
      arrival = Promise.withResolvers();
      return message.header.isPartial ? undefined : settled.promise;
    },

    setAside(answered) {
      for (const message of unsettled) setAsideOne(message, withoutWaiter(answered));
    },
  };
}

const unwanted: Outcome = { status: 'Discarded', note: 'one answer was wanted, and others follow' };

/** Ends an answer's leg, which an answer that has reached its peer must not lack. */
export async function endAnswer(
  claim: Claim,
  outcome: Outcome,
  engine: Engine,
  signal: AbortSignal,
): Promise<void> {
  await untilRecorded(
    `the end of answer ${claim.messageId}`,
    () => engine.messages.finish(claim, outcome),
    engine.events,
    signal,
  );
}

/** How an answer ends that nobody waits for: the peer was told already, or its association ended with the last run. */
export function withoutWaiter(answered: Answered | undefined): Outcome {
  if (answered && !answered.note) return { status: 'Completed' };
  return { status: 'Discarded', note: answered?.note ?? 'the association ended before the answer' };
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
