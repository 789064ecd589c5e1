import type { ClaimedMessage, ErrorCode } from '@consort/core';
import { EngineError, isPermanent, PermanentError } from '@consort/core/record';
import type { Method } from './calls.ts';

/** One call of a client. Calls made in the same turn travel together. */
export interface Call {
  /** New for each call of a client. */
  readonly id: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}

/** What came of a call. */
export interface Reply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: Failure;
  /** Set when it is no reply: a message for the host that `id`, an `assign`, was about. */
  readonly assigned?: ClaimedMessage;
}

/** An error on its way between threads. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly permanent: boolean;
}

/** Makes an error ready to travel. */
export function failure(error: EngineError): Failure {
  return { code: error.code, message: error.message, permanent: isPermanent(error) };
}

/** Makes an error that has travelled one again. */
export function errorFrom({ code, message, permanent }: Failure): EngineError {
  return permanent ? new PermanentError(code, message) : new EngineError(code, message);
}
