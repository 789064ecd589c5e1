import type { StoreRequest } from './dimse.ts';

/** An object to send, and how it is encoded. */
export interface ObjectToSend extends Omit<StoreRequest, 'messageId'> {
  readonly transferSyntaxUid: string;
  /** The data set without Part 10 header, in this transfer syntax; read no faster than the peer takes it. */
  readonly dataSet: AsyncIterable<Buffer>;
}

/** What the peer said of a request (PS3.7 annex C). */
export interface PeerResponse {
  readonly status: number;
  readonly errorComment?: string;
}

/** What to ask for, by C-FIND. */
export interface Query {
  /** The information model (PS3.4 section C.6), by its SOP class. */
  readonly sopClassUid: string;
  /** The identifier, in the transfer syntax of the context that was accepted. */
  identifier(transferSyntaxUid: string): Buffer;
}

/** What a peer found. */
export interface QueryResponse extends PeerResponse {
  /** The identifiers of the matches, each a data set in `transferSyntaxUid`. */
  readonly matches: readonly Buffer[];
  readonly transferSyntaxUid: string;
}
