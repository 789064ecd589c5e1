import type { z } from 'zod';
import type { Answers, BusinessProcess } from './component.ts';
import type { ProcessContext, Request } from './context.ts';
import { PermanentError } from './errors.ts';
import type { Engine, Stopping } from './host.ts';
import type { ClaimedMessage, PendingMessage } from './message-store.ts';
import type { ErrorStatus, Json, MessageBody } from './message.ts';
import type { Host } from './production.ts';
import { wake, wakeFor } from './requests.ts';
import { tryUntilDone, type Failure } from './retry.ts';
import type { Sender } from './sender.ts';
import { untilRecorded } from './until-recorded.ts';
import type { Turn } from './turn.ts';

type Process = BusinessProcess<z.ZodObject, unknown>;
/** What any process is given, as the engine sees it. */
export type AnyProcessContext = ProcessContext<
  Record<string, unknown>,
  unknown,
  Record<string, unknown>
>;
type Failed = { readonly status: 'Error'; readonly error: ErrorStatus };
type ContextFor = (
  message: ClaimedMessage,
  request: Request,
  instance: unknown,
) => { readonly context: ProcessContext<unknown, unknown, unknown>; readonly sends: Sender };

/** How the first turn of a request ended: with its outcome, or with a state and more to wait for. */
export interface FirstTurn {
  readonly body?: MessageBody | undefined;
  readonly state?: Json;
}

/** What an instance begins with. */
export function newInstance({ instance }: Process): Record<string, unknown> {
  return instance ? instance.parse({}) : {};
}

/** Runs `onRequest`, and `onComplete` when it has left nothing to wait for. */
export async function firstTurn(
  process: Process,
  request: Request,
  context: AnyProcessContext,
  engine: Engine,
  giveAll: (answers: Answers) => Promise<MessageBody | undefined>,
): Promise<FirstTurn> {
  const given = process.onRequest(request, context);
  const body = isAnswers(given) ? await giveAll(given) : ((await given) ?? undefined);
  if (!process.onResponse) return { body };
  if ((await engine.messages.awaited(request.header.id)) === 0) {
    return { body: (await process.onComplete?.(request, context)) ?? body };
  }
  if (body) await context.reply(body);
  return { state: stateOf(process, context) };
}

/** Works on a response that a process instance waits for; returns what is still to be done or reported. */
export async function nextTurn(
  host: Host & { readonly component: Process },
  engine: Engine,
  message: ClaimedMessage,
  stopping: Stopping,
  contextFor: ContextFor,
): Promise<'disable' | Failure | undefined> {
  const { messages, events } = engine;
  const process = host.component;
  const what = `the turn of ${host.name} on message ${message.header.id}`;
  const instance = await messages.instance(message.header.businessProcessId ?? 0);
  if (!instance) {
    const note = 'its process instance had ended';
    await messages.finish(message.claim, { status: 'Discarded', note });
    return undefined;
  }
  let turn: Omit<Turn, 'leg'> = { state: instance.state };
  const leg = await tryUntilDone(host, engine, message, stopping, async () => {
    const { request: recorded, state } = instance;
    const request = { ...recorded, body: recorded.body ?? { type: 'empty' } };
    const kept = process.instance ? process.instance.parse(state) : {};
    const { context, sends } = contextFor(message, request, kept);
    const turning = handle(process, message, request, context as AnyProcessContext, engine);
    turn = await sends.unlessStopped(turning);
    return undefined;
  });
  if (leg === 'stopping') {
    await messages.requeue(message.claim);
    return undefined;
  }
  if (leg === 'disable') return leg;
  // Suspending a response would leave its instance waiting for ever: it fails instead.
  const failed: Failed | undefined =
    leg.status === 'Completed' ? undefined : { status: 'Error', error: leg.error };
  const done: Turn = failed
    ? { leg: failed, state: instance.state, end: failed }
    : { ...turn, leg };
  const { ready, response } = await untilRecorded(
    what,
    () => messages.resume(message.claim, done),
    events,
    stopping.signal,
  );
  wakeReady(engine, host.name, message.header.id, ready);
  if (response) wakeFor(engine, response);
  return leg.status === 'Completed' ? undefined : leg;
}

/**
 * Wakes a process for what has come for an instance while it was busy with message `after`. One is enough: its
 * turn wakes for the next.
 */
export function wakeReady(
  engine: Engine,
  host: string,
  after: number,
  [first]: readonly PendingMessage[],
): void {
  if (!first) return;
  const { id, sessionId, bodyType } = first;
  wake(engine, host, { messageId: id, sessionId, bodyType, after });
}

function isAnswers(given: ReturnType<Process['onRequest']>): given is Answers {
  return typeof given === 'object' && Symbol.asyncIterator in given;
}

async function handle(
  process: Process,
  message: ClaimedMessage,
  request: Request,
  context: AnyProcessContext,
  engine: Engine,
): Promise<Omit<Turn, 'leg'>> {
  const { errorStatus, completionKey } = message.header;
  const key = completionKey === undefined ? {} : { completionKey };
  if (!errorStatus) {
    await process.onResponse?.({ ...message, ...key }, context);
  } else if (process.onError) {
    await process.onError({ error: errorStatus, ...key }, context);
  } else {
    const origin = errorStatus.origin ?? {
      host: message.header.sourceConfigName,
      code: errorStatus.code,
    };
    throw new PermanentError('REQUEST_FAILED', errorStatus.text, { origin });
  }
  // The response in hand is still among those awaited.
  const isLast = (await engine.messages.awaited(request.header.id)) <= 1;
  if (!isLast) return { state: stateOf(process, context) };
  const body = (await process.onComplete?.(request, context)) ?? undefined;
  return { state: stateOf(process, context), end: { status: 'Completed', body } };
}

/** What the handler has left in its instance, if it is what the component has declared. */
function stateOf(process: Process, { instance }: AnyProcessContext): Json {
  if (!process.instance) return {};
  const { success, data, error } = process.instance.safeParse(instance);
  if (success) return JSON.parse(JSON.stringify(data)) as Json;
  throw new PermanentError(
    'HANDLER_FAILED',
    `the instance does not fit its schema: ${error.issues.map(({ path, code }) => `${path.join('.')} ${code}`).join(', ')}`,
  );
}
