import type { z } from 'zod';
import type {
  Context,
  HandlerContext,
  ProcessContext,
  ProcessFailure,
  ProcessResponse,
  Request,
  ServiceContext,
} from './context.ts';
import type { MessageBody } from './message.ts';
import type { Measure } from './monitoring/measure.ts';
import type { Host } from './production.ts';
import type { FindingCode } from './production-file/findings/finding-codes.ts';

interface Definition<Settings extends z.ZodObject> {
  /** One sentence: what it is for. */
  readonly description: string;
  readonly settings: Settings;
  /**
   * Doubts about settings that are valid: warnings of `production check` and of the start.
   * Must not do more than look at the settings.
   * @param hosts all that the file has, as far as they are without mistakes; this one is among them
   */
  check?(settings: z.output<Settings>, hosts: readonly SeenHost[]): readonly Doubt[];
}

/** A host of the file as the check of a component sees it. */
export interface SeenHost extends Pick<Host, 'name' | 'kind' | 'componentName' | 'settings'> {
  /** What its settings send to, by name. */
  readonly targets: readonly string[];
  /** Where a setting stands, `file:line:column`. */
  origin(setting: string): string;
}

/** A doubt about one setting, shown where it stands. */
export interface Doubt {
  readonly setting: string;
  /** Default SETTING_DOUBTED. */
  readonly code?: FindingCode;
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
  /** Closes the door: takes nothing more; what is under way may end within `grace` milliseconds. */
  onTearDown(state: State, grace: number): Promise<void>;
  /** Lets `production check` compare the peer's patience with the retries of the operations behind it. */
  patience?(settings: z.output<Settings>): Patience;
  /** One line for `status`: what it listens on. */
  describe?(state: State): string;
  /** Who is connected at this moment, as plain data, for whoever looks. */
  connections?(state: State): readonly unknown[];
  /** What it has counted since it was started, for `/metrics`. Asked once a second: it has to be quick. */
  measures?(state: State): readonly Measure[];
}

/**
 * Decides what happens to a message. What `onRequest` returns is the response.
 *
 * With `onResponse`, a request may outlast its first handler: it is Deferred, an instance of the process, until
 * the responses and timers it has asked for have been handled, one at a time; then `onComplete` is called once,
 * and what that returns is the response, unless `reply` has given it. What `onRequest` returns while something is
 * still awaited is given at once, as by `reply`.
 *
 * As an async generator, `onRequest` answers a service many times: each body it yields is an answer, what it returns
 * is the last one. It is asked for the next no faster than they are taken. When no more are wanted,
 * `context.signal` is aborted, and the generator ends at its `yield`.
 */
export interface BusinessProcess<
  Settings extends z.ZodObject = z.ZodObject,
  State = undefined,
  Instance extends z.ZodObject = z.ZodObject,
> extends Definition<Settings> {
  readonly kind: 'process';
  /** What an instance keeps, by name; every key needs a default, which is what it begins with. */
  readonly instance?: Instance;
  onInit?(context: Omit<Context<z.output<Settings>>, 'state'>): Promise<State> | State;
  onTearDown?(state: State): Promise<void> | void;
  onRequest(
    request: Request,
    context: ProcessContext<z.output<Settings>, State, z.output<Instance>>,
  ): Answering | Answers;
  onResponse?(
    response: ProcessResponse,
    context: ProcessContext<z.output<Settings>, State, z.output<Instance>>,
  ): Promise<void> | void;
  /** Returning means to go on without that response; a throw, or no `onError`, ends the instance in Error. */
  onError?(
    failure: ProcessFailure,
    context: ProcessContext<z.output<Settings>, State, z.output<Instance>>,
  ): Promise<void> | void;
  onComplete?(
    request: Request,
    context: ProcessContext<z.output<Settings>, State, z.output<Instance>>,
  ): Answering;
}

type Answering = Promise<MessageBody | void> | MessageBody | void;

/** The answers of a process to one request: those it yields, and the last one, which it returns. */
export type Answers = AsyncGenerator<MessageBody, MessageBody | void, void>;

/** Brings a message to the outside. What `onMessage` returns is the response. */
export interface BusinessOperation<
  Settings extends z.ZodObject = z.ZodObject,
  State = undefined,
> extends Definition<Settings> {
  readonly kind: 'operation';
  onInit?(context: Omit<Context<z.output<Settings>>, 'state'>): Promise<State> | State;
  onTearDown?(state: State): Promise<void> | void;
  onMessage(request: Request, context: HandlerContext<z.output<Settings>, State>): Answering;
  /** One line for `status`: where it brings messages. */
  describe?(state: State): string;
  /** With whom it is connected at this moment, as plain data, for whoever looks. */
  connections?(state: State): readonly unknown[];
  /** What it has counted since it was started, for `/metrics`. Asked once a second: it has to be quick. */
  measures?(state: State): readonly Measure[];
}

// The state of a component is its own business: whoever holds a component of any kind knows nothing of it.
/** Any component, as the engine sees it: recognised by `kind`, never by instanceof. */
export type Component =
  BusinessService<any, any> | BusinessProcess<any, any, any> | BusinessOperation<any, any>;

/** Defines a service. @example `export default defineService({ description, settings, onInit, onTearDown })` */
export function defineService<Settings extends z.ZodObject, State>(
  definition: Omit<BusinessService<Settings, State>, 'kind'>,
): BusinessService<Settings, State> {
  return { kind: 'service', ...definition };
}

/** Defines a process. @example `export default defineProcess({ description, settings, onRequest })` */
export function defineProcess<
  Settings extends z.ZodObject,
  State = undefined,
  Instance extends z.ZodObject = z.ZodObject,
>(
  definition: Omit<BusinessProcess<Settings, State, Instance>, 'kind'>,
): BusinessProcess<Settings, State, Instance> {
  return { kind: 'process', ...definition };
}

/** Defines an operation. @example `export default defineOperation({ description, settings, onMessage })` */
export function defineOperation<Settings extends z.ZodObject, State = undefined>(
  definition: Omit<BusinessOperation<Settings, State>, 'kind'>,
): BusinessOperation<Settings, State> {
  return { kind: 'operation', ...definition };
}
