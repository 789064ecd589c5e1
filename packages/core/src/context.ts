import type { DocumentStore } from './document-store.ts';
import type { EventLog } from './event.ts';
import type { ImageReader } from './image-reader.ts';
import type { Answered, Arrival, ErrorStatus, Message, MessageBody, Priority } from './message.ts';
import type { Receipt, WhenReturned } from './receipt.ts';

/** What a handler is given besides its message. */
export interface Context<Settings, State = undefined> extends EventLog {
  /** The host's name in the production. */
  readonly host: string;
  readonly production: { readonly name: string; readonly id: string };
  readonly settings: Settings;
  /** What `onInit` returned. */
  readonly state: State;
  readonly documents: DocumentStore;
  /** Aborted when the host stops; whatever waits should end. */
  readonly signal: AbortSignal;

  /** Where a setting stands in the production file, `production.yaml:9:17`; the host's line when it is not set. */
  origin(setting: string): string;

  /**
   * Sends a request and waits for its response.
   * A handler that is run again after a crash gets the answer of its first run.
   * @param options.timeout milliseconds; default none. A response that comes later is Discarded
   * @param options.priority the lane of the target's queue; default Sync
   * @returns the response's body, undefined when the target answered without one
   * @throws EngineError REQUEST_FAILED (with `origin`), REQUEST_TIMEOUT, TARGET_UNKNOWN, REPLAY_MISMATCH,
   *   CYCLE when the target, or one it waits for, waits for this handler
   */
  sendRequestSync(
    target: string,
    body: MessageBody | undefined,
    options?: { readonly timeout?: number; readonly priority?: Priority },
  ): Promise<MessageBody | undefined>;

  /**
   * Sends a request and resolves once it is recorded; nothing comes back.
   * Sent to the service that waits in this session, the body is the answer to that service.
   * @throws EngineError TARGET_UNKNOWN, REPLAY_MISMATCH, ALREADY_ANSWERED, ANSWER_UNEXPECTED
   */
  sendRequestAsync(
    target: string,
    body: MessageBody | undefined,
    options?: { readonly priority?: Priority },
  ): Promise<void>;

  /**
   * Answers a request that was put aside with `deferResponse`, whoever did so: once, and after restarts too.
   * @throws EngineError DEFERRAL_UNKNOWN, ALREADY_ANSWERED
   */
  sendDeferredResponse(token: string, body: MessageBody): Promise<void>;
}

/** What a process or an operation is given with each message. */
export interface HandlerContext<Settings, State = undefined> extends Context<Settings, State> {
  /**
   * Puts the request aside: what the handler returns is not its response; whoever passes the token to
   * `sendDeferredResponse` gives it. The worker is free as soon as the handler returns.
   * A handler that is run again gets the same token.
   */
  deferResponse(): Promise<string>;

  /**
   * Notes who outside took what this message is about: the proof that it has left. Call it once the peer has
   * answered, whatever he answered. A handler that is run again notes nothing twice: one receipt for each peer.
   * The record has it at the latest with the end of the message.
   */
  delivered(receipt: Receipt): void;
}

/** What a process is given with each message. */
export interface ProcessContext<Settings, State = undefined, Instance = undefined> extends Omit<
  HandlerContext<Settings, State>,
  'sendRequestAsync'
> {
  /** The request that this instance of the process is to answer, whichever message it has in hand. */
  readonly request: Request;
  /**
   * Aborted when the host stops, and for a process that answers one by one, when whoever asked wants no more answers
   * or is gone; whatever waits should end.
   */
  readonly signal: AbortSignal;
  /** What the instance keeps between its messages: change it in place; it is recorded as the handler returns. */
  readonly instance: Instance;
  /** What the record knows of images: which were received here, how far each has come, and who took it. */
  readonly record: Pick<ImageReader, 'images' | 'legs'>;

  /**
   * Sends a request and resolves once it is recorded.
   * With `responseRequired` the response comes to `onResponse`, known by its `completionKey`; when there is none
   * within `timeout` milliseconds (default: it may take for ever), `onError` gets REQUEST_TIMEOUT instead.
   * Sent to the service that waits in this session, the body is the answer to that service.
   * @throws EngineError TARGET_UNKNOWN, REPLAY_MISMATCH, ALREADY_ANSWERED, ANSWER_UNEXPECTED
   */
  sendRequestAsync(
    target: string,
    body: MessageBody | undefined,
    options?: {
      readonly priority?: Priority;
      readonly responseRequired?: boolean;
      readonly completionKey?: string;
      readonly timeout?: number;
    },
  ): Promise<void>;

  /** Calls `onResponse` after that many milliseconds, with a body of type `timer`; after a restart too. */
  setTimer(after: number, completionKey?: string): Promise<void>;

  /**
   * Answers the request now; the instance goes on.
   * @throws EngineError ALREADY_ANSWERED
   */
  reply(body: MessageBody): Promise<void>;
}

/** A request as a handler gets it. */
export type Request = Message & { readonly body: MessageBody };

/** The response to a request that a process sent with `responseRequired`, or a timer that has run down. */
export interface ProcessResponse extends Message {
  readonly completionKey?: string;
}

/** A request, sent with `responseRequired`, that failed at its target or was not answered in time. */
export interface ProcessFailure {
  readonly completionKey?: string;
  /** Code REQUEST_TIMEOUT when the time was up; else the target's own. */
  readonly error: ErrorStatus;
}

/** What a service is given: it has no message of its own, and it can take messages in from outside. */
export interface ServiceContext<Settings> extends Context<Settings> {
  /**
   * Takes a message in: records it as the first of a new session and queues it to `target`.
   * It survives `kill -9` once this resolves, a power failure once a later `flush` does.
   * @throws EngineError STORE_UNAVAILABLE, DISK_FULL: nothing was taken in
   */
  accept(target: string, body: MessageBody, arrival?: Arrival): Promise<Accepted>;

  /**
   * The same for what a crash may make the service bring again: what it took in before with the same document under
   * the same `associationId` is that message, and nothing new is recorded.
   */
  acceptOnce(target: string, body: MessageBody, arrival: Arrival): Promise<Accepted>;

  /**
   * The same for an image that a peer sends, which may be one that it got from this production: then a Warning says
   * so, and with `discard` it is not sent on.
   */
  acceptImage(
    target: string,
    body: MessageBody,
    arrival: Arrival,
    whenReturned: WhenReturned,
  ): Promise<Accepted>;

  /** Resolves when everything recorded so far is on stable storage. Await it before any Success. */
  flush(): Promise<void>;

  /**
   * Puts another line in the place of what `describe` said for `status`. Has to resolve before `onTearDown` does.
   * @throws EngineError STORE_UNAVAILABLE, DISK_FULL
   */
  setDetail(detail: string): Promise<void>;
}

/** A message taken in from outside. */
export interface Accepted {
  readonly messageId: number;
  readonly sessionId: number;
  /** Set for an image that has come back and was discarded: no answer will come. */
  readonly isDiscarded?: true;
  /**
   * The target's answer, once. Settle it when the peer has been told. Answers that others follow are set aside.
   * @param timeout milliseconds
   * @throws EngineError REQUEST_TIMEOUT
   */
  answer(timeout: number): Promise<Answer>;
  /**
   * The target's answers as they come, until the last one has. Settle each when the peer has been told: a few may be
   * on their way at a time, the target waits with the others.
   * @param timeout milliseconds for each
   * @throws EngineError REQUEST_TIMEOUT
   */
  answers(timeout: number): AsyncIterable<Answer>;
  /** Tells the target that no more answers are wanted: it gives its last one. */
  cancel(): Promise<void>;
  /** Notes what the peer was told; an answer that comes later is set aside with this note. */
  answered(answered: Omit<Answered, 'time'>): Promise<void>;
  /** What unfinished messages of the session, or those it waits behind, are being retried for; its own come first. */
  troubles(): Promise<readonly ErrorStatus[]>;
}

/** The answer to a message taken in from outside. */
export interface Answer {
  /** Absent when the target failed or answered without a body. */
  readonly body?: MessageBody;
  /** Set when the target failed. */
  readonly error?: ErrorStatus;
  /** False when others follow. */
  readonly isLast: boolean;
  /** Ends the answer's leg: told, or not told and why. */
  settle(
    outcome:
      { readonly status: 'Completed' } | { readonly status: 'Discarded'; readonly note: string },
  ): Promise<void>;
}
