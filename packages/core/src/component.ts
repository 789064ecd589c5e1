import type { z } from 'zod';
import type { DocumentStore } from './document-store.ts';
import type { EventLog } from './event.ts';
import type { Answered, Arrival, ErrorStatus, Message, MessageBody } from './message.ts';

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
   * @param options.timeout milliseconds; default none
   * @returns the response's body, undefined when the target answered without one
   * @throws EngineError REQUEST_FAILED (with `origin`), REQUEST_TIMEOUT, TARGET_UNKNOWN, REPLAY_MISMATCH
   */
  sendRequestSync(
    target: string,
    body: MessageBody | undefined,
    options?: { readonly timeout?: number },
  ): Promise<MessageBody | undefined>;

  /**
   * Sends a request and resolves once it is recorded; nothing comes back.
   * Sent to the service that waits in this session, the body is the answer to that service.
   * @throws EngineError TARGET_UNKNOWN, REPLAY_MISMATCH, ALREADY_ANSWERED, ANSWER_UNEXPECTED
   */
  sendRequestAsync(target: string, body: MessageBody | undefined): Promise<void>;
}

/** What a service is given: it has no message of its own, and it can take messages in from outside. */
export interface ServiceContext<Settings> extends Context<Settings> {
  /**
   * Takes a message in: records it as the first of a new session and queues it to `target`.
   * It survives `kill -9` once this resolves, a power failure once a later `flush` does.
   * @throws EngineError STORE_UNAVAILABLE, DISK_FULL: nothing was taken in
   */
  accept(target: string, body: MessageBody, arrival?: Arrival): Promise<Accepted>;

  /** Resolves when everything recorded so far is on stable storage. Await it before any Success. */
  flush(): Promise<void>;
}

/** A message taken in from outside. */
export interface Accepted {
  readonly messageId: number;
  readonly sessionId: number;
  /**
   * The target's answer, once. Settle it when the peer has been told.
   * @param timeout milliseconds
   * @throws EngineError REQUEST_TIMEOUT
   */
  answer(timeout: number): Promise<Answer>;
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
  /** Ends the answer's leg: told, or not told and why. */
  settle(
    outcome:
      { readonly status: 'Completed' } | { readonly status: 'Discarded'; readonly note: string },
  ): Promise<void>;
}

interface Definition<Settings extends z.ZodObject> {
  /** One sentence: what it is for. */
  readonly description: string;
  readonly settings: Settings;
  /**
   * Doubts about settings that are valid: warnings of `production check` and of the start.
   * Must not do more than look at the settings.
   */
  check?(settings: z.output<Settings>): readonly Doubt[];
}

/** A doubt about one setting, shown where it stands. */
export interface Doubt {
  readonly setting: string;
  readonly message: string;
  /** What to write instead. */
  readonly suggestion?: string;
}

/** How long the peer of a service waits for its answer, and for what. */
export interface Patience {
  /** `completed`: the peer hears when the work is done; `stored`: when its message is safe here. */
  readonly acknowledge: 'completed' | 'stored';
  /** Milliseconds after which the peer is answered in any case. */
  readonly responseTimeout: number;
}

/** Takes messages in from outside. `onInit` opens the door. */
export interface BusinessService<
  Settings extends z.ZodObject = z.ZodObject,
  State = unknown,
> extends Definition<Settings> {
  readonly kind: 'service';
  /** Keys outside `settings` that this component refuses, each with the reason. */
  readonly refuses?: Readonly<Record<string, string>>;
  /** Opens the door. Resolves when messages can come in; a throw says why not. */
  onInit(context: ServiceContext<z.output<Settings>>): Promise<State>;
  /** Closes the door: takes nothing more, ends what is under way. */
  onTearDown(state: State): Promise<void>;
  /** Lets `production check` compare the peer's patience with the retries of the operations behind it. */
  patience?(settings: z.output<Settings>): Patience;
  /** One line for `status`: what it listens on. */
  describe?(state: State): string;
}

/** Decides what happens to a message. What `onRequest` returns is the response. */
export interface BusinessProcess<
  Settings extends z.ZodObject = z.ZodObject,
  State = undefined,
> extends Definition<Settings> {
  readonly kind: 'process';
  onInit?(context: Omit<Context<z.output<Settings>>, 'state'>): Promise<State> | State;
  onTearDown?(state: State): Promise<void> | void;
  onRequest(
    request: Message & { readonly body: MessageBody },
    context: Context<z.output<Settings>, State>,
  ): Promise<MessageBody | void> | MessageBody | void;
}

/** Brings a message to the outside. What `onMessage` returns is the response. */
export interface BusinessOperation<
  Settings extends z.ZodObject = z.ZodObject,
  State = undefined,
> extends Definition<Settings> {
  readonly kind: 'operation';
  onInit?(context: Omit<Context<z.output<Settings>>, 'state'>): Promise<State> | State;
  onTearDown?(state: State): Promise<void> | void;
  onMessage(
    request: Message & { readonly body: MessageBody },
    context: Context<z.output<Settings>, State>,
  ): Promise<MessageBody | void> | MessageBody | void;
}

// The state of a component is its own business: whoever holds a component of any kind knows nothing of it.
/** Any component, as the engine sees it: recognised by `kind`, never by instanceof. */
export type Component =
  BusinessService<any, any> | BusinessProcess<any, any> | BusinessOperation<any, any>;

/** Defines a service. @example `export default defineService({ description, settings, onInit, onTearDown })` */
export function defineService<Settings extends z.ZodObject, State>(
  definition: Omit<BusinessService<Settings, State>, 'kind'>,
): BusinessService<Settings, State> {
  return { kind: 'service', ...definition };
}

/** Defines a process. @example `export default defineProcess({ description, settings, onRequest })` */
export function defineProcess<Settings extends z.ZodObject, State = undefined>(
  definition: Omit<BusinessProcess<Settings, State>, 'kind'>,
): BusinessProcess<Settings, State> {
  return { kind: 'process', ...definition };
}

/** Defines an operation. @example `export default defineOperation({ description, settings, onMessage })` */
export function defineOperation<Settings extends z.ZodObject, State = undefined>(
  definition: Omit<BusinessOperation<Settings, State>, 'kind'>,
): BusinessOperation<Settings, State> {
  return { kind: 'operation', ...definition };
}
