import { isFinished, type Leg, type MessageHeader } from '@consort/core';

/** The message by which the same was sent to the same host once more, after this one; undefined when it was not. */
export function sentAgainAs(header: MessageHeader, legs: readonly Leg[]): number | undefined {
  return legs.find(
    ({ header: later }) =>
      later.id > header.id &&
      later.type === 'Request' &&
      later.sessionId === header.sessionId &&
      later.targetConfigName === header.targetConfigName &&
      later.messageBodyId === header.messageBodyId,
  )?.header.id;
}

/** The unfinished request whose response the handler of a message waits for; undefined when it waits for none. */
export function waitedForBy(header: MessageHeader, legs: readonly Leg[]): Leg | undefined {
  return legs.find(
    ({ header: asked }) =>
      asked.type === 'Request' &&
      asked.sessionId === header.sessionId &&
      asked.sourceConfigName === header.targetConfigName &&
      asked.returnQueueName === `_SyncCall:${asked.id}` &&
      !isFinished(asked.status),
  );
}
