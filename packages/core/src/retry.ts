import type { EngineError } from './errors.ts';
import { codeOf, isPermanent, PermanentError } from './errors.ts';
import type { Event } from './event.ts';
import type { Engine, Stopping } from './host.ts';
import type { ClaimedMessage, Outcome } from './message-store.ts';
import type { ErrorStatus, MessageBody } from './message.ts';
import type { Host, RetryPolicy } from './production.ts';
import {
  actionsFor,
  defaultReplyCodeActions,
  type ReplyAction,
  type ReplyCodeRule,
} from './reply-code-actions.ts';
import { thrownAt } from './thrown-at.ts';
import type { Time } from './time.ts';

/** How a handler's work on one message can end: as an outcome, or not at all because the host stops. */
export type WorkOutcome =
  Extract<Outcome, { status: 'Completed' }> | Failure | 'stopping' | 'disable';

/** How it fails; the details are for the event of it: where in an author's source it was thrown. */
export type Failure = Extract<Outcome, { status: 'Error' | 'Suspended' }> & Pick<Event, 'details'>;

/**
 * Runs a handler until it returns, fails for good, or the host stops.
 *
 * A throw is tried again every `retry.interval` until `retry.timeout` has passed since the first attempt
 * (IRIS: RetryInterval, FailureTimeout); the worker keeps its slot meanwhile, which is what keeps order.
 * A host without a retry policy, and a permanent error, fail at once. `replyCodeActions` may decide otherwise.
 */
export async function tryUntilDone(
  host: Host,
  engine: Engine,
  message: ClaimedMessage,
  { quiet, signal }: Stopping,
  attempt: () => Promise<MessageBody | undefined>,
): Promise<WorkOutcome> {
  const policy = host.retry ?? defaultRetry;
  const deadline = engine.time.now() + policy.timeout;
  for (let attempts = 0; ; attempts += 1) {
    const { body, error } = await attempt().then(
      (returned) => ({ body: returned, error: undefined }),
      (thrown: unknown) => ({ body: undefined, error: thrown ?? new Error('threw nothing') }),
    );
    if (body !== undefined) return { status: 'Completed', body };
    if (error !== undefined && (signal.aborted || codeOf(error) === 'STOPPING')) return 'stopping';
    if (codeOf(error) === 'CLAIM_LOST') throw error;

    const rules = host.replyCodeActions ?? defaultReplyCodeActions;
    const { isWarning, actions } = actionsFor(rules, error);
    const ending = endingOfChild(error, rules, actions);
    const failure = errorStatus(error ?? noReply(host));
    const details = detailsOf(error);
    if (isWarning) {
      const text = `${host.name} was warned on message ${message.header.id}: ${failure.text}`;
      warn(engine, host, message, { code: failure.code, text, ...details });
    }
    if (actions.includes('C')) return { status: 'Completed', body: undefined };
    if (actions.includes('D')) return 'disable';
    if (actions.includes('S') || ending === 'for good') {
      return { status: 'Suspended', error: failure, ...details };
    }
    const isTried = actions.includes('R') || (host.retry !== undefined && !isPermanent(error));
    const pause = pauseAfter(attempts, policy);
    const isLate = !isTried || engine.time.now() + pause > deadline;
    if (isLate && ending !== 'again') return { status: 'Error', error: failure, ...details };
    await noteAttempt(host, engine, message, { ...failure, ...details }, pause);
    if (!(await waited(pause, quiet, engine.time))) return 'stopping';
  }
}

/**
 * What the end of a child process means for the message that it had: nothing yet, as it may be the fault of a neighbour,
 * until it has happened to this message alone so often that it is set aside. No time limit of `retry` ends that, and a
 * host without one is tried again too. Rules that name the code, or decide otherwise than to fail, come first.
 */
function endingOfChild(
  error: unknown,
  rules: readonly ReplyCodeRule[],
  actions: readonly ReplyAction[],
): 'again' | 'for good' | undefined {
  const code = codeOf(error);
  if (code !== 'CHILD_ENDED' && code !== 'MESSAGE_SET_ASIDE') return undefined;
  if (!actions.includes('F') || rules.some((rule) => rule.code === code)) return undefined;
  return code === 'CHILD_ENDED' ? 'again' : 'for good';
}

/** IRIS's RetryInterval and FailureTimeout: what the action R means for a host without a policy of its own. */
const defaultRetry: RetryPolicy = { interval: 5_000, timeout: 15_000 };

/** What the record says of a thrown value. */
export function errorStatus(error: unknown): ErrorStatus {
  const text = error instanceof Error ? error.message : String(error);
  const origin = error instanceof Error ? (error as Partial<EngineError>).origin : undefined;
  return { code: codeOf(error), text, ...(origin ? { origin } : {}) };
}

/** Where an author has to look, as `file:line:column`. */
function detailsOf(error: unknown): Pick<Event, 'details'> {
  const place = thrownAt(error);
  return place ? { details: { thrownAt: `${place.file}:${place.line}:${place.column}` } } : {};
}

/** Milliseconds until the next attempt: the interval, or twice as long after each failure with a `maxInterval`. */
function pauseAfter(attempts: number, { interval, maxInterval }: RetryPolicy): number {
  return maxInterval === undefined ? interval : Math.min(maxInterval, interval * 2 ** attempts);
}

function noReply(host: Host): PermanentError {
  return new PermanentError(
    'HANDLER_FAILED',
    `${host.name} returned nothing, where a reply is due`,
  );
}

async function noteAttempt(
  host: Host,
  engine: Engine,
  message: ClaimedMessage,
  { details, ...error }: ErrorStatus & Pick<Event, 'details'>,
  pause: number,
) {
  const nextAttemptAt = new Date(engine.time.now() + pause).toISOString();
  await engine.messages.retrying(message.claim, error, nextAttemptAt).catch((failure: unknown) => {
    // The note is for people: a record that is full or away is no reason not to try again.
    if (codeOf(failure) === 'CLAIM_LOST') throw failure;
  });
  const text = `${host.name} will try message ${message.header.id} again in ${pause / 1000} s: ${error.text}`;
  warn(engine, host, message, { code: error.code, text, ...(details && { details }) });
}

function warn(
  engine: Engine,
  host: Host,
  { header: { id, sessionId } }: ClaimedMessage,
  event: Pick<Event, 'code' | 'text' | 'details'>,
): void {
  engine.events.log({
    type: 'Warning',
    ...event,
    host: host.name,
    sessionId,
    messageId: id,
  });
}

function waited(milliseconds: number, signal: AbortSignal, time: Time): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(false);
    const stop = () => {
      takeBack();
      resolve(false);
    };
    const takeBack = time.after(milliseconds, () => {
      signal.removeEventListener('abort', stop);
      resolve(true);
    });
    signal.addEventListener('abort', stop, { once: true });
  });
}
