import type { Arrival, BusinessType, MessageBody, Priority } from './message.ts';
import type { Claim } from './message-store.ts';
import type { Delivered, WhenReturned } from './receipt.ts';

/** What a host sends. */
export interface NewRequest {
  readonly source: string;
  readonly sourceType: BusinessType;
  readonly target: string;
  readonly targetType: BusinessType;
  readonly body: MessageBody;
  readonly priority: Priority;
  /** Whether the sender wants the response: a row that it will take, or that its queue will bring. */
  readonly responseRequired: boolean;
  /** Set when the response is to come to the sender's queue, for the process instance that sends. */
  readonly awaited?: {
    readonly completionKey?: string;
    /** ISO 8601: when the instance gets the error REQUEST_TIMEOUT as the response. */
    readonly expiresAt?: string;
  };
  /** Set when the sender works on it itself, as `owner`: it is claimed in the same step. */
  readonly inProc?: { readonly owner: string };
  /**
   * Set when a handler sends: its claim, and the how-many-th send of that handler this is, from 0.
   * The pair is the key of the send, kept across crash and retry. Absent for what comes from outside.
   */
  readonly parent?: SendKey;
  readonly arrival?: Arrival;
  /** Set for what its source may bring again: see `send`. */
  readonly onlyOnce?: true;
  /**
   * Set for an image, for the case that `arrival.callingAeTitle` is a peer to which the same document has been delivered:
   * discard records it as Discarded, for no target; accept sends it like any other. Either way `Sent.returned` is set.
   */
  readonly whenReturned?: WhenReturned;
  readonly description?: string;
}

/** A request in the record. */
export interface Sent {
  readonly id: number;
  readonly sessionId: number;
  /** False when the record already had it: from an earlier run of the same handler, or of the same service. */
  readonly isNew: boolean;
  /** Set when an earlier run of the same handler stopped waiting for its response. */
  readonly isTimedOut?: boolean;
  /** Set for one that its sender works on itself, unless it has ended. */
  readonly claim?: Claim;
  /**
   * Set for a request from outside that is the first to bring its document, when another document came under the
   * same SOP Instance UID before: the first message that brought one.
   */
  readonly otherContentIn?: number;
  /** Set when its sender is a peer to which its document has been delivered; see `NewRequest.whenReturned`. */
  readonly returned?: Delivered;
}

/** A handler's claim, and the how-many-th send of that handler this is, from 0. */
export interface SendKey {
  readonly claim: Claim;
  readonly index: number;
}
