import type { Accepted, Answer } from './component.ts';
import { EngineError, PermanentError } from './errors.ts';
import type { Engine } from './host.ts';
import type { ClaimedMessage } from './message-store.ts';
import type { Arrival, MessageBody } from './message.ts';
import { businessTypes, type Host } from './production.ts';
import { wake } from './requests.ts';

/** How a service takes messages in and gets their answers back through its own queue. */
export interface ServiceDoor {
  /** Answers under way at the same time; each is held until its peer has been told. */
  readonly poolSize: number;
  accept(target: string, body: MessageBody, arrival?: Arrival): Promise<Accepted>;
  /** Brings an answer that has come through the queue to the one who waits for it. */
  take(message: ClaimedMessage): Promise<void>;
}

/** Makes the door of a service host. */
export function serviceDoor(host: Host, engine: Engine): ServiceDoor {
  const waiting = new Map<number, (message: ClaimedMessage) => Promise<void>>();

  return {
    poolSize: 64,

    async accept(target, body, arrival) {
      const to = engine.hosts.get(target);
      if (!to || to.kind === 'service') {
        throw new PermanentError(
          'TARGET_UNKNOWN',
          `${host.name} cannot send to ${JSON.stringify(target)}: no process or operation has that name`,
        );
      }
      const { id, sessionId } = await engine.messages.send({
        source: host.name,
        sourceType: 'BusinessService',
        target,
        targetType: businessTypes[to.kind],
        body,
        priority: 'Sync',
        responseRequired: true,
        ...(arrival ? { arrival } : {}),
      });
      wake(engine, target, { messageId: id, sessionId, bodyType: body.type });
      return {
        messageId: id,
        sessionId,
        answer: (timeout) => answerTo(id, timeout, waiting, engine),
        answered: (answered) => engine.messages.answered(id, answered),
        troubles: () => engine.messages.troubles(sessionId),
      };
    },

    async take(message) {
      const { correspondingMessageId = 0 } = message.header;
      const waiter = waiting.get(correspondingMessageId);
      waiting.delete(correspondingMessageId);
      if (waiter) return waiter(message);
      await engine.messages.finish(message.claim, withoutWaiter(message));
    },
  };
}

/** Resolves with the answer; the queue's job stays active until the answer is settled. */
function answerTo(
  requestId: number,
  timeout: number,
  waiting: Map<number, (message: ClaimedMessage) => Promise<void>>,
  engine: Engine,
): Promise<Answer> {
  return new Promise<Answer>((resolve, reject) => {
    const timer = setTimeout(() => {
      waiting.delete(requestId);
      reject(
        new EngineError(
          'REQUEST_TIMEOUT',
          `message ${requestId} had no answer within ${timeout / 1000} s`,
        ),
      );
    }, timeout);
    waiting.set(requestId, (message) => {
      clearTimeout(timer);
      const { body, header, claim } = message;
      return new Promise<void>((told) => {
        resolve({
          ...(body && body.type !== 'empty' ? { body } : {}),
          ...(header.errorStatus ? { error: header.errorStatus } : {}),
          async settle(outcome) {
            try {
              await engine.messages.finish(claim, outcome);
            } finally {
              told();
            }
          },
        });
      });
    });
  });
}

/** Nobody waits: the peer was told already, or its association ended with the last run. */
function withoutWaiter({ requestAnswered }: ClaimedMessage) {
  if (requestAnswered && !requestAnswered.note) return { status: 'Completed' } as const;
  const note = requestAnswered?.note ?? 'the association ended before the answer';
  return { status: 'Discarded', note } as const;
}
