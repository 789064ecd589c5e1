import type { Engine } from './host.ts';
import type { MessageHeader } from './message.ts';
import type { WakeUp } from './transport.ts';

/**
 * Adds the wake-up of a recorded request. Not awaited: the record has it, and when Redis does not take it now,
 * recovery adds it later.
 */
export function wake(engine: Pick<Engine, 'transport'>, queue: string, wakeUp: WakeUp): void {
  engine.transport.wake(queue, [wakeUp]).catch(() => undefined);
}

/** Wakes whoever a response is for: a service by its queue, a waiting handler by a hint. */
export function wakeFor(engine: Engine, response: MessageHeader): void {
  const { id, sessionId, targetQueueName, correspondingMessageId, messageBodyClassName } = response;
  if (engine.hosts.has(targetQueueName)) {
    wake(engine, targetQueueName, {
      messageId: id,
      sessionId,
      bodyType: messageBodyClassName ?? 'empty',
    });
  } else if (correspondingMessageId !== undefined) {
    engine.transport.hint(correspondingMessageId);
  }
}
