import { encodeAbort, encodeReject } from '../association/pdu-encoder.ts';
import type { AbortCause, Rejection } from '../association/pdu.ts';
import type { ProtocolError } from '../association/protocol-error.ts';
import { abortInWords, rejectionInWords } from '../association/reason-words.ts';
import type { Ending } from './door.ts';

/** How a connection ended, and the PDU that tells the peer. */
export type Last = Ending & { readonly pdu?: Buffer };

/** Ends it by A-ASSOCIATE-RJ. */
export function rejection(
  kind: 'rejected' | 'refused',
  cause: Rejection,
  why: string,
  clause?: string,
): Last {
  const reason = `${why}: ${rejectionInWords(cause)}`;
  return { kind, reason, ...(clause && { clause }), pdu: encodeReject(cause) };
}

/**
 * Ends it by A-ABORT. The source is always the provider: AA-1 would name the user, whose aborts have no
 * reason (PS3.8 table 9-26); this one tells what was wrong.
 */
export function abortion(kind: 'aborted' | 'closing', error: ProtocolError): Last {
  const reason = `${error.message}: ${abortInWords(error.abort)}`;
  return {
    kind,
    reason,
    ...(error.clause && { clause: error.clause }),
    pdu: encodeAbort(error.abort),
  };
}

/** The peer ended it by A-ABORT. */
export function peerAborted(cause: AbortCause): Last {
  return { kind: 'peer aborted', reason: `the peer aborted: ${abortInWords(cause)}` };
}

/** What an error that is none of the peer's is called in a log: its name, never its text. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
