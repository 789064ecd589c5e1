/**
 * What a peer may make us spend, in one place. Lengths are in bytes, times in milliseconds.
 * A limit is checked against what a header claims before anything is read for it.
 */
export interface Limits {
  /** An A-ASSOCIATE-RQ or -AC, without its 6 bytes of header. Valid ones stay far below 64 KiB. */
  readonly associatePduLength: number;
  /** Presentation contexts of one association; their ids are the odd numbers of one byte (PS3.8 section 9.3.2.2). */
  readonly presentationContexts: number;
  /** Transfer syntaxes proposed in one presentation context. */
  readonly transferSyntaxesPerContext: number;
  /** The user information item as a whole (PS3.8 section 9.3.2.3). */
  readonly userInformationLength: number;
  /** Sub-items of the user information item. */
  readonly userInformationItems: number;
  /** A user identity sub-item (PS3.7 section D.3.3.7). */
  readonly userIdentityLength: number;
  /** The maximum length we announce: the longest P-DATA-TF that may be sent to us (PS3.8 section D.1). */
  readonly announcedPduLength: number;
  /** The longest P-DATA-TF we send to a peer that allows more, or any length. */
  readonly sentPduLength: number;
  /** The smallest maximum length a peer may announce, other than 0 for any: below it no command would fit. */
  readonly smallestPeerPduLength: number;
  /** A command set, all its fragments together (PS3.7 section 6.3). */
  readonly commandLength: number;
  /** A data set, all its fragments together. */
  readonly objectSize: number;
  /** A data set that is no object to be stored: an identifier, a list of attributes. */
  readonly smallDataSetSize: number;
  /** From the first byte of a connection to its whole A-ASSOCIATE-RQ, and from our last PDU to its end (ARTIM, PS3.8 section 9.1.5). */
  readonly artim: number;
  /** Bytes per second a peer must send in the middle of a message, averaged over `progressWindow`. */
  readonly progressRate: number;
  /** How long the peer is given to keep `progressRate`; also how long it may leave what we send unread. */
  readonly progressWindow: number;
  /** Between messages. It does not run while we owe the peer an answer. */
  readonly idle: number;
  /** An association as a whole. */
  readonly lifetime: number;
  /** Connections without an association: those that have not asked for one yet, and those that had theirs. */
  readonly strangers: number;
}

/** The limits that hold unless told otherwise. */
export const defaultLimits: Limits = {
  associatePduLength: 128 * 1024,
  presentationContexts: 128,
  transferSyntaxesPerContext: 64,
  userInformationLength: 32 * 1024,
  userInformationItems: 256,
  userIdentityLength: 8 * 1024,
  announcedPduLength: 64 * 1024,
  sentPduLength: 128 * 1024,
  smallestPeerPduLength: 128,
  commandLength: 64 * 1024,
  objectSize: 4 * 1024 ** 3,
  smallDataSetSize: 1024 ** 2,
  artim: 15_000,
  progressRate: 1024,
  progressWindow: 30_000,
  idle: 60_000,
  lifetime: 4 * 3_600_000,
  strangers: 32,
};
