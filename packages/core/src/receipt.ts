/** What somebody outside took from the production: which bytes, who took them, and what he said. */
export interface Receipt {
  /** Who took it: `AET@HOST:PORT`; for a file, `file:` and its name relative to the operation's directory. */
  readonly peer: string;
  /** What was answered: four hex digits of a DIMSE status (PS3.7 annex C); `written` for a file. */
  readonly status: string;
  /** SHA-256 of the data set that was handed over, 64 lower-case hex digits. */
  readonly digest: string;
  /** Bytes of that data set. */
  readonly size: number;
}

/** A receipt in the record. */
export interface RecordedReceipt extends Receipt {
  /** The message whose handler handed it over. */
  readonly messageId: number;
  /** ISO 8601, UTC. */
  readonly time: string;
}

/** What becomes of an image that comes back from a peer to which it has been delivered. */
export type WhenReturned = 'discard' | 'accept';

/** A message that has delivered its document, and to whom; as in its receipt. */
export interface Delivered {
  readonly messageId: number;
  readonly peer: string;
}
