import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineError } from './errors.ts';
import { codeOf, isPermanent } from './errors.ts';
import type { Engine } from './host.ts';
import type { ClaimedMessage, Outcome } from './message-store.ts';
import type { ErrorStatus, MessageBody } from './message.ts';
import type { Host } from './production.ts';

/** How a handler's work on one message can end: as an outcome, or not at all because the host stops. */
export type WorkOutcome = Extract<Outcome, { status: 'Completed' | 'Error' }> | 'stopping';

/**
 * Runs a handler until it returns, fails for good, or the host stops.
 *
 * A throw is tried again every `retry.interval` until `retry.timeout` has passed since the first attempt
 * (IRIS: RetryInterval, FailureTimeout); the worker keeps its slot meanwhile, which is what keeps order.
 * A host without a retry policy, and a permanent error, fail at once.
 */
export async function tryUntilDone(
  host: Host,
  engine: Engine,
  message: ClaimedMessage,
  signal: AbortSignal,
  attempt: () => Promise<MessageBody | undefined>,
): Promise<WorkOutcome> {
  const deadline = Date.now() + (host.retry?.timeout ?? 0);
  for (;;) {
    try {
      return { status: 'Completed', body: await attempt() };
    } catch (error) {
      if (signal.aborted || codeOf(error) === 'STOPPING') return 'stopping';
      if (codeOf(error) === 'CLAIM_LOST') throw error;
      const status = errorStatus(error);
      const { interval = 0 } = host.retry ?? {};
      if (!host.retry || isPermanent(error) || Date.now() + interval > deadline) {
        return { status: 'Error', error: status };
      }
      await noteAttempt(host, engine, message, status, interval);
      if (!(await waited(interval, signal))) return 'stopping';
    }
  }
}

/** What the record says of a thrown value. */
export function errorStatus(error: unknown): ErrorStatus {
  const text = error instanceof Error ? error.message : String(error);
  const origin = error instanceof Error ? (error as Partial<EngineError>).origin : undefined;
  return { code: codeOf(error), text, ...(origin ? { origin } : {}) };
}

async function noteAttempt(
  host: Host,
  engine: Engine,
  message: ClaimedMessage,
  error: ErrorStatus,
  interval: number,
) {
  const { id, sessionId } = message.header;
  const nextAttemptAt = new Date(Date.now() + interval).toISOString();
  await engine.messages.retrying(message.claim, error, nextAttemptAt).catch((failure: unknown) => {
    // The note is for people: a record that is full or away is no reason not to try again.
    if (codeOf(failure) === 'CLAIM_LOST') throw failure;
  });
  engine.events.log({
    type: 'Warning',
    code: error.code,
    text: `${host.name} will try message ${id} again in ${interval / 1000} s: ${error.text}`,
    host: host.name,
    sessionId,
    messageId: id,
  });
}

async function waited(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(milliseconds, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
