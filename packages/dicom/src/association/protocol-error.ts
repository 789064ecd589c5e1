import type { AbortCause } from './pdu.ts';

/**
 * What a peer sent that the standard, or a limit, does not allow. The only thing decoding throws.
 * Its message is a reason in words for the event log and holds no value of a data element.
 */
export class ProtocolError extends Error {
  /** What the A-ABORT that answers it says (PS3.8 table 9-26). */
  readonly abort: AbortCause;
  /** The clause of the standard that was broken; absent for a limit of ours. */
  readonly clause: string | undefined;

  constructor(abort: AbortCause, message: string, clause?: string) {
    super(message);
    this.name = 'ProtocolError';
    this.abort = abort;
    this.clause = clause;
  }
}

// PS3.8 section 9.3.8: the sources are 0, the user of the upper layer, and 2, its provider.

/** A PDU of a type that the standard does not know. */
export function unrecognizedPdu(message: string, clause: string): ProtocolError {
  return new ProtocolError({ source: 2, reason: 1 }, message, clause);
}

/** A PDU that has no place in the state of the association. */
export function unexpectedPdu(message: string, clause: string): ProtocolError {
  return new ProtocolError({ source: 2, reason: 2 }, message, clause);
}

/** A part of a PDU that has no place where it is. */
export function unexpectedParameter(message: string, clause: string): ProtocolError {
  return new ProtocolError({ source: 2, reason: 5 }, message, clause);
}

/** A value that is not valid: lengths that lie, doubles, what a limit forbids. */
export function invalidParameter(message: string, clause?: string): ProtocolError {
  return new ProtocolError({ source: 2, reason: 6 }, message, clause);
}

/** Nothing wrong with a PDU: time is up, or we want no more. */
export function cutOff(message: string): ProtocolError {
  return new ProtocolError({ source: 2, reason: 0 }, message);
}

/** The peer took longer than it was given. */
export class OutOfPatience extends ProtocolError {}

/** A record of TLS where plain DICOM is spoken: the other side has TLS, and we have not. */
export class SpokeTls extends ProtocolError {}
