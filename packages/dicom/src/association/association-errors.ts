import { EngineError } from '@consort/core';
import { OutOfPatience, unexpectedParameter, type ProtocolError } from './protocol-error.ts';

/** The peer ended it: it closed, aborted or released. */
export function endedByPeer(peer: string, how: string): EngineError {
  return new EngineError('ASSOCIATION_ABORTED', `${peer} ${how} before everything was done`);
}

/** We ended it, for what the peer did or did not do. */
export function cutFor(peer: string, error: unknown): EngineError {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof OutOfPatience) return new EngineError('PEER_TIMEOUT', `${peer}: ${text}`);
  return new EngineError(
    'ASSOCIATION_ABORTED',
    `the association with ${peer} was aborted by us: ${text}`,
  );
}

/** We ended it, because whoever asked for it wanted so. */
export function abortedByUs(peer: string): EngineError {
  return new EngineError('ASSOCIATION_ABORTED', `the association with ${peer} was aborted by us`);
}

/** It has ended as it should, and something was to be sent on it. */
export function releasedAlready(peer: string): EngineError {
  return new EngineError('ASSOCIATION_ABORTED', `the association with ${peer} is released already`);
}

/** PS3.7 section 9.3: every response has one. */
export function noStatus(): ProtocolError {
  return unexpectedParameter('a response without (0000,0900) Status', 'PS3.7 section 9.3');
}

/** Nobody has stored what has not been sent yet. */
export function earlySuccess(): ProtocolError {
  return unexpectedParameter('a Success to a data set that is not whole', 'PS3.7 section 9.3.1.2');
}
