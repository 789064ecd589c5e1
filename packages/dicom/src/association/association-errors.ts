import { EngineError } from '@consort/core';
import { OutOfPatience } from './protocol-error.ts';

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
