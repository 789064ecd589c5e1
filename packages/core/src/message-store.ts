import type { AnswerCalls } from './answer-calls.ts';
import type { AssignCalls } from './assign-calls.ts';
import type { Event } from './event.ts';
import type { HostState, MessageReader, ProductionState } from './message-reader.ts';
import type {
  Answered,
  BusinessType,
  ErrorStatus,
  Json,
  Message,
  MessageBody,
  MessageHeader,
} from './message.ts';
import type { NewRequest, SendKey, Sent } from './new-request.ts';
import type { Receipt } from './receipt.ts';
import type { SideCalls } from './side-calls.ts';
import type { ProcessInstance, Turn } from './turn.ts';

/** The right to work on one message. It ends when the message is finished, requeued, or its owner is gone. */
export interface Claim {
  readonly messageId: number;
  /** Rises with every claim of the message; a finish with an older one is refused. */
  readonly fence: number;
}

/** A message that waits in a queue. */
export interface PendingMessage {
  readonly id: number;
  readonly sessionId: number;
  readonly bodyType: string;
  /** How often it has been claimed; `pending` says so. */
  readonly fence?: number;
}

/** How a claimed message ended. */
export type Outcome =
  | { readonly status: 'Completed'; readonly body?: MessageBody | undefined }
  | { readonly status: 'Error'; readonly error: ErrorStatus }
  | { readonly status: 'Suspended'; readonly error: ErrorStatus }
  | { readonly status: 'Discarded' | 'Aborted'; readonly note: string };

/** A message a worker holds. */
export interface ClaimedMessage extends Message {
  readonly claim: Claim;
  /** For a response: what the peer was told about its request meanwhile, if it was told anything. */
  readonly requestAnswered?: Answered;
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
export interface MessageStore extends MessageReader, AnswerCalls, AssignCalls, SideCalls {
  /**
   * Records a request as Queued.
   *
   * With a parent, the key (parent message, index) is looked up first: a request sent before by an earlier
   * run of the handler is not sent again (`isNew: false`), unless it ended in Error, in which case a new one
   * takes its place under the key.
   *
   * With `onlyOnce`, a request that the same source sent from outside, with the same document under the same
   * `arrival.associationId`, is not sent again (`isNew: false`).
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
    readonly parent: SendKey;
  }): Promise<Sent>;

  /**
   * Records a timer of the process instance that sends: a request that the clock answers at `expiresAt`,
   * with a body of type `timer` in the source's queue.
   */
  setTimer(timer: {
    readonly source: string;
    readonly expiresAt: string;
    readonly completionKey?: string | undefined;
    readonly parent: SendKey;
  }): Promise<Sent>;

  /**
   * Records the response to the request that the process instance which sends is to answer, before it ends.
   * @returns the response's header; undefined when none is wanted, or an earlier run has given it
   * @throws EngineError ALREADY_ANSWERED, CLAIM_LOST
   */
  reply(reply: {
    readonly source: string;
    readonly body: MessageBody;
    readonly parent: SendKey;
  }): Promise<MessageHeader | undefined>;

  /**
   * Claims the oldest message that is Queued in `host`'s queue: it becomes Delivered, its fence rises.
   * Nothing is claimed for a disabled host, nor while `poolSize` requests of that queue are Delivered already (responses do not count).
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

  /**
   * The same for a sender that will wait no longer: when there is no response yet, one that comes is Discarded.
   */
  timeOut(requestId: number): Promise<Message | undefined>;

  /** How many responses and timers a process instance waits for. */
  awaited(instanceId: number): Promise<number>;

  /** A process instance that is Deferred; undefined when it has ended. */
  instance(id: number): Promise<ProcessInstance | undefined>;

  /**
   * Puts a claimed request aside until its response is given: Delivered → Deferred; its worker is free.
   * With a state it is a process instance; without, whoever has the token of `deferral` answers.
   * @returns what is Queued already for the instance
   * @throws EngineError CLAIM_LOST
   */
  defer(claim: Claim, state?: Json): Promise<readonly PendingMessage[]>;

  /**
   * Ends a turn of a process instance: the claimed response, the state and, when it has ended, the instance's
   * request with its response, in one step. What it still waits for is Discarded then.
   * @returns what is Queued for the instance, and the response when one was recorded
   * @throws EngineError CLAIM_LOST, ALREADY_ANSWERED as `finish` does
   */
  resume(
    claim: Claim,
    turn: Turn,
  ): Promise<{ readonly ready: readonly PendingMessage[]; readonly response?: MessageHeader }>;

  /** The token with which anybody can answer a claimed message later; the same whenever it is asked for. */
  deferral(claim: Claim): Promise<string>;

  /**
   * Answers the message a token belongs to, once.
   * @returns the response's header; undefined when none is wanted, or an earlier run has given it
   * @throws EngineError DEFERRAL_UNKNOWN, ALREADY_ANSWERED
   */
  answerDeferred(answer: {
    readonly token: string;
    readonly source: string;
    readonly sourceType: BusinessType;
    readonly body: MessageBody;
    readonly parent?: SendKey | undefined;
  }): Promise<MessageHeader | undefined>;

  /**
   * Gives the clock's answers that are due to what the hosts named have sent: to timers, and REQUEST_TIMEOUT to
   * awaited requests. A response that comes later is Discarded.
   * @param now the hour, ISO 8601; default: the record's own
   * @returns what is Queued now, and for whom
   */
  expire(
    hosts: readonly string[],
    now?: string,
  ): Promise<readonly (PendingMessage & { readonly host: string })[]>;

  /** Notes a failed attempt of a claimed message and when the next one is due. */
  retrying(claim: Claim, error: ErrorStatus, nextAttemptAt: string): Promise<void>;

  /** Gives a claimed message back: Delivered → Queued, in its old place. */
  requeue(claim: Claim): Promise<void>;

  /**
   * Notes who took what a message's handler handed over. One receipt for a message and a peer: what the peer says
   * later takes the place of what it said before, and saying the same again changes nothing.
   */
  delivered(messageId: number, receipt: Receipt): Promise<void>;

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
  pending(host: string, afterId: number, limit: number): Promise<readonly PendingMessage[]>;

  /** How many messages are Queued in a queue. */
  depth(host: string): Promise<number>;
  log(event: Event): Promise<void>;
  setHost(state: HostState): Promise<void>;
  removeHostsExcept(names: readonly string[]): Promise<void>;
  setProduction(change: Partial<Omit<ProductionState, 'id'>>): Promise<void>;

  /**
   * Resolves when everything is on stable storage that this store was asked to record before the call, and has
   * recorded.
   * Calls that overlap share one sync.
   */
  flush(): Promise<void>;
}
