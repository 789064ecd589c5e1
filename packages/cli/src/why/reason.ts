import type { MessageHeader } from '@consort/core';

/**
 * Why a leg is where it is.
 *
 * Done with: done, failed, sentAgain (failed, and another message took its place), aborted, setAside.
 * In somebody's hands: working, retrying, waitingForResponse, deferred, suspended.
 * Waiting: next, inLine, behind (a message in progress), disabled, hostDown, hostGone, notRunning, redisAway.
 */
export const reasonKinds = [
  'done',
  'failed',
  'sentAgain',
  'aborted',
  'setAside',
  'working',
  'retrying',
  'waitingForResponse',
  'deferred',
  'suspended',
  'next',
  'inLine',
  'behind',
  'disabled',
  'hostDown',
  'hostGone',
  'notRunning',
  'redisAway',
] as const;

/** What happened to one leg, and what it waits for. */
export interface Reason {
  readonly kind: (typeof reasonKinds)[number];
  /** One sentence, without the number of the message. */
  readonly sentence: string;
  /** For what came from outside: what its sender was told, `ORTHANC was answered 0000 after 9 ms`. */
  readonly answer?: string;
  /** The message it waits for or behind. */
  readonly waitsFor?: number;
}

/** A leg with its reason. */
export interface ReasonedLeg {
  readonly header: MessageHeader;
  readonly reason: Reason;
}
