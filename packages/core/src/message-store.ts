import type { Event, LoggedEvent } from './event.ts';
import type {
  Answered,
  Arrival,
  BusinessType,
  ErrorStatus,
  Message,
  MessageBody,
  MessageHeader,
  MessageStatus,
  Priority,
} from './message.ts';

/** The right to work on one message. It ends when the message is finished, requeued, or its owner is gone. */
export interface Claim {
  readonly messageId: number;
  /** Rises with every claim of the message; a finish with an older one is refused. */
  readonly fence: number;
}

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
  /**
   * Set when a handler sends: its claim, and the how-many-th send of that handler this is, from 0.
   * The pair is the key of the send, kept across crash and retry. Absent for what comes from outside.
   */
  readonly parent?: { readonly claim: Claim; readonly index: number };
  readonly arrival?: Arrival;
  readonly description?: string;
}

/** A request in the record. */
export interface Sent {
  readonly id: number;
  readonly sessionId: number;
  /** False when the record already had it from an earlier run of the same handler. */
  readonly isNew: boolean;
}

/** How a claimed message ended. */
export type Outcome =
  | { readonly status: 'Completed'; readonly body?: MessageBody | undefined }
  | { readonly status: 'Error'; readonly error: ErrorStatus }
  | { readonly status: 'Discarded'; readonly note: string };

/** A message a worker holds. */
export interface ClaimedMessage extends Message {
  readonly claim: Claim;
  /** For a response: what the peer was told about its request meanwhile, if it was told anything. */
  readonly requestAnswered?: Answered;
}

/** A host as the record knows it; written by the runtime, read by `status`. */
export interface HostState {
  readonly name: string;
  readonly type: BusinessType;
  readonly component: string;
  readonly poolSize: number;
  readonly status: 'Starting' | 'Running' | 'Stopped' | 'Error';
  /** One line: what it listens on or writes to; or why it is in Error. */
  readonly detail?: string;
}

/** The production as the record knows it. */
export interface ProductionState {
  readonly name: string;
  /** Random, made with the store: what makes a message id unique among stores. Lower-case letters and digits. */
  readonly id: string;
  readonly status: 'Running' | 'Stopped' | 'Suspended' | 'Troubled';
  readonly file?: string;
  readonly pid?: number;
  readonly startedAt?: string;
  /** Written every few seconds while it runs. */
  readonly heartbeatAt?: string;
  /** How often a start found the last run ended without a stop. */
  readonly recoveries: number;
  readonly redis: {
    readonly status: 'connected' | 'unavailable' | 'unknown';
    readonly url?: string;
    readonly since?: string;
  };
  /** What the running production serves: page URL, and the like. */
  readonly endpoints: Readonly<Record<string, string>>;
}

/** Counts of one host, from the messages. */
export interface QueueCount {
  readonly host: string;
  /** Queued, waiting for a worker. */
  readonly queued: number;
  /** Delivered: in progress, retrying included. */
  readonly delivered: number;
  readonly retrying: number;
  readonly completed: number;
  readonly failed: number;
  readonly discarded: number;
  readonly oldestQueuedAt?: string;
  readonly lastError?: {
    readonly messageId: number;
    readonly time: string;
    readonly code: string;
    readonly text: string;
  };
}

/** Which messages to list; all that are given must hold. Newest first. */
export interface MessageFilter {
  readonly host?: string;
  readonly status?: MessageStatus;
  readonly sessionId?: number;
  readonly callingAeTitle?: string;
  readonly patientId?: string;
  readonly accessionNumber?: string;
  readonly studyInstanceUid?: string;
  readonly sopInstanceUid?: string;
  /** Only messages with a smaller id: the next page. */
  readonly before?: number;
  /** At most this many; default 50. */
  readonly limit?: number;
}

/** Which events to list. Newest first. */
export interface EventFilter {
  readonly type?: Event['type'];
  readonly host?: string;
  readonly code?: string;
  readonly sessionId?: number;
  /** ISO 8601: only events at or after it. */
  readonly since?: string;
  readonly limit?: number;
}

/** The reading side of the record: needs no running production. */
export interface MessageReader {
  production(): Promise<ProductionState | undefined>;
  hosts(): Promise<readonly HostState[]>;
  queues(): Promise<readonly QueueCount[]>;
  messages(filter?: MessageFilter): Promise<readonly MessageHeader[]>;
  message(id: number): Promise<Message | undefined>;
  /** All messages of a session, oldest first; empty when there is no such session. */
  session(sessionId: number): Promise<readonly Message[]>;
  /** The newest session's id. */
  lastSession(): Promise<number | undefined>;
  events(filter?: EventFilter): Promise<readonly LoggedEvent[]>;
  close(): Promise<void>;
}

/**
 * The record. Every guarantee of the engine is a guarantee of this interface:
 *
 * - Each call is one transaction. What it did survives `kill -9` once it resolves,
 *   and a power failure once a later `flush` resolves.
 * - Status changes are guarded by the table of `message-status.ts` and, for claimed messages, by the fence.
 * - A host's messages are claimed oldest first within their priority lane.
 *
 * Every method may throw EngineError STORE_UNAVAILABLE or DISK_FULL; nothing was recorded then.
 */
export interface MessageStore extends MessageReader {
  /**
   * Records a request as Queued.
   *
   * With a parent, the key (parent message, index) is looked up first: a request sent before by an earlier
   * run of the handler is not sent again (`isNew: false`), unless it ended in Error, in which case a new one
   * takes its place under the key.
   * @throws EngineError REPLAY_MISMATCH when the earlier one has another target or body,
   *   CLAIM_LOST when the parent's claim is no longer live
   */
  send(request: NewRequest): Promise<Sent>;

  /**
   * Records the answer to the request that a service is waiting on in the session of `parent`:
   * a Response from `source` to `service`, Queued in the service's queue.
   * The request itself is left to its own handler. A replay of the same (parent, index) does nothing.
   * @returns the response's id
   * @throws EngineError ANSWER_UNEXPECTED when the session holds no request from that service,
   *   ALREADY_ANSWERED when that request has a response, CLAIM_LOST
   */
  answer(answer: {
    readonly source: string;
    readonly sourceType: BusinessType;
    readonly service: string;
    readonly body: MessageBody;
    readonly parent: { readonly claim: Claim; readonly index: number };
  }): Promise<Sent>;

  /**
   * Claims the oldest message that is Queued in `host`'s queue: it becomes Delivered, its fence rises.
   * Nothing is claimed while `poolSize` requests of that queue are Delivered already (responses do not count).
   * @param owner who claims; see `recover`
   */
  claim(host: string, poolSize: number, owner: string): Promise<ClaimedMessage | undefined>;

  /**
   * Ends a claimed message. When it is a request whose sender wants the response, and none was given by
   * `answer`, the response is recorded in the same transaction: with the outcome's body, or with isError and
   * the outcome's error. It is Queued in the return queue.
   * @returns the response's header, when one was recorded
   * @throws EngineError CLAIM_LOST, and ALREADY_ANSWERED when there is a body and `answer` gave one before
   *   (the message then ends in Error with that code; the answer given stands)
   */
  finish(claim: Claim, outcome: Outcome): Promise<MessageHeader | undefined>;

  /**
   * Takes the response to a request that a waiting handler sent: Queued → Delivered → Completed in one step;
   * one that is Completed already (an earlier run took it) is returned as it is.
   * @returns undefined while there is none
   */
  takeResponse(requestId: number): Promise<Message | undefined>;

  /** Notes a failed attempt of a claimed message and when the next one is due. */
  retrying(claim: Claim, error: ErrorStatus, nextAttemptAt: string): Promise<void>;

  /** Gives a claimed message back: Delivered → Queued, in its old place. */
  requeue(claim: Claim): Promise<void>;

  /** Notes on a request from outside what its peer was told; a second note changes nothing. */
  answered(requestId: number, answered: Omit<Answered, 'time'>): Promise<void>;

  /**
   * The failures that unfinished messages of a session are being retried for, newest first; after them those of
   * the sessions that keep its messages waiting in a queue.
   * What a service says when it stops waiting: a full disk is not the same as a slow process.
   */
  troubles(sessionId: number): Promise<readonly ErrorStatus[]>;

  /**
   * Gives back what dead workers held: every Delivered message in one of the queues named whose owner is not
   * in `liveOwners` becomes Queued again, in its old place.
   * @returns how many
   */
  recover(queues: readonly string[], liveOwners: readonly string[]): Promise<number>;

  /** Ids and sessions of Queued messages of a queue, in the order they will be claimed, from after `afterId`. */
  pending(
    host: string,
    afterId: number,
    limit: number,
  ): Promise<
    readonly { readonly id: number; readonly sessionId: number; readonly bodyType: string }[]
  >;

  /** How many messages are Queued in a queue. */
  depth(host: string): Promise<number>;

  log(event: Event): Promise<void>;
  setHost(state: HostState): Promise<void>;
  removeHostsExcept(names: readonly string[]): Promise<void>;
  setProduction(change: Partial<Omit<ProductionState, 'id'>>): Promise<void>;

  /**
   * Resolves when everything recorded before the call is on stable storage.
   * Calls that overlap share one sync.
   */
  flush(): Promise<void>;
}
