import { setTimeout as sleep } from 'node:timers/promises';
import type { HandlerContext, ProcessContext } from './context.ts';
import { codeOf, EngineError, PermanentError } from './errors.ts';
import type { Engine, Stopping, Work } from './host.ts';
import type { ClaimedMessage } from './message-store.ts';
import type { NewRequest, SendKey, Sent } from './new-request.ts';
import type { Message, MessageBody } from './message.ts';
import { businessTypes, type Host } from './production.ts';
import { wake, wakeFor } from './requests.ts';
import { timedOut } from './responses.ts';
import { whileWorkedOn } from './while-worked-on.ts';
import { untilRecorded } from './until-recorded.ts';

/** What a handler can send. */
export type Sender = Pick<
  ProcessContext<unknown>,
  'sendRequestSync' | 'sendRequestAsync' | 'sendDeferredResponse' | 'setTimer' | 'reply'
> &
  Pick<HandlerContext<unknown>, 'deferResponse'> & {
    /** Answers the service that waits for the message in hand, once of several times. */
    answerInPart(body: MessageBody): Promise<Sent>;
    /** Whether the handler has asked for a token. */
    readonly hasDeferred: () => boolean;
    /**
     * What a handler has come to, unless one of its sends was ended because the host stops: that it may have taken
     * for a failure of the target's, so what it did then does not count.
     * @throws EngineError STOPPING
     */
    unlessStopped<Result>(handling: Promise<Result>): Promise<Result>;
  };

/**
 * The sends of a handler, or of a service when there is no message.
 * Each send of one run of a handler has the next number; number and message are its key in the record.
 */
export function sender(
  host: Host,
  engine: Engine,
  { quiet, signal }: Stopping,
  message?: ClaimedMessage,
): Sender {
  const { messages } = engine;
  let stopped: EngineError | undefined;
  let sends = 0;
  let hasDeferred = false;

  /** A handler waits for the record as for a target; whoever stands outside is told at once that it is away. */
  function recorded<Result>(target: string, record: () => Promise<Result>): Promise<Result> {
    if (!message) return record();
    const what = `what ${host.name} sends to ${target} for message ${message.header.id}`;
    return untilRecorded(what, record, engine.events, signal);
  }

  function key(): SendKey | undefined {
    if (stopped) throw stopped;
    return message && { claim: message.claim, index: sends++ };
  }

  async function send(
    target: string,
    body: MessageBody | undefined,
    how: Pick<NewRequest, 'priority' | 'responseRequired' | 'awaited'>,
  ): Promise<Sent> {
    const to = engine.hosts.get(target);
    if (!to) throw unknownTarget(host, target, engine);
    const parent = key();
    const request: NewRequest = {
      source: host.name,
      sourceType: businessTypes[host.kind],
      target,
      targetType: businessTypes[to.kind],
      body: body ?? { type: 'empty' },
      ...how,
      ...(parent ? { parent } : {}),
      ...(message?.header.arrival ? { arrival: message.header.arrival } : {}),
      ...(to.invocation === 'InProc' ? { inProc: { owner: engine.owner } } : {}),
    };
    const sent = await recorded(target, () => messages.send(request));
    if (to.invocation === 'InProc') await runInProc(target, request, sent);
    return sent;
  }

  /**
   * In the sender's own worker: its slot, its time. An operation that is stopped gives the message back, and goes on
   * with it once it is started; nobody else would.
   */
  async function runInProc(target: string, request: NewRequest, sent: Sent): Promise<void> {
    if (!request.parent && !engine.inProc.has(target)) throw notHere(host, target);
    for (let { claim } = sent; claim; claim = (await messages.send(request)).claim) {
      const run = engine.inProc.get(target);
      const inProc = await messages.message(sent.id);
      if (run && inProc) await run({ ...inProc, claim });
      else await messages.requeue(claim);
      const after = await messages.message(sent.id);
      if (!request.parent || after?.header.status !== 'Queued') return;
      await untilStarted(target, run);
    }
  }

  /** @throws EngineError STOPPING: the handler runs again at the next start, and its operation with it */
  async function untilStarted(target: string, before: Work | undefined): Promise<void> {
    while ([before, undefined].includes(engine.inProc.get(target)) && !quiet.aborted) {
      await sleep(250, undefined, { signal: quiet }).catch(() => undefined);
    }
    if (!quiet.aborted) return;
    throw (stopped ??= new EngineError(
      'STOPPING',
      `${host.name} stopped before ${target} went on`,
    ));
  }

  return {
    hasDeferred: () => hasDeferred,

    async unlessStopped(handling) {
      const result = await handling.catch((error: unknown) => {
        throw stopped ?? error;
      });
      if (stopped) throw stopped;
      return result;
    },

    async sendRequestSync(target, body, { timeout = Infinity, priority = 'Sync' } = {}) {
      if (engine.hosts.get(target)?.kind === 'service') throw answersOnly(target);
      const sent = await send(target, body, { priority, responseRequired: true });
      if (sent.isTimedOut) throw timedOut(sent.id, timeout);
      const known = sent.isNew && !sent.claim ? undefined : await taken(engine, sent);
      if (known) return bodyOf(known, target);
      const until = whileWorkedOn(sent.id, messages, { quiet, signal });
      try {
        return bodyOf(await waitFor(engine, target, body, sent, timeout, until.signal), target);
      } catch (error) {
        if (codeOf(error) === 'STOPPING') stopped ??= error as EngineError;
        throw error;
      } finally {
        until.close();
      }
    },

    async sendRequestAsync(target, body, options = {}) {
      const { priority = 'Async', responseRequired = false, completionKey, timeout } = options;
      if (engine.hosts.get(target)?.kind !== 'service') {
        if (responseRequired && !awaits(host)) throw nobodyAwaits(host);
        const awaited = {
          ...(completionKey === undefined ? {} : { completionKey }),
          ...(timeout === undefined ? {} : { expiresAt: engine.clock.in(timeout) }),
        };
        const sent = await send(target, body, {
          priority,
          responseRequired,
          ...(responseRequired ? { awaited } : {}),
        });
        if (!sent.claim) wake(engine, target, wakeUp(sent, body));
        return;
      }
      const parent = key();
      if (!parent) throw answersOnly(target);
      const answer = {
        source: host.name,
        sourceType: businessTypes[host.kind],
        service: target,
        body: body ?? { type: 'empty' },
        parent,
      };
      const sent = await recorded(target, () => messages.answer(answer));
      wake(engine, target, wakeUp(sent, body));
    },

    async setTimer(after, completionKey) {
      const parent = key();
      if (!parent || !awaits(host)) throw nobodyAwaits(host);
      const timer = {
        source: host.name,
        expiresAt: engine.clock.in(after),
        completionKey,
        parent,
      };
      await recorded('the clock', () => messages.setTimer(timer));
    },

    async reply(body) {
      const parent = key();
      if (!parent) throw answersOnly(host.name);
      const said = { source: host.name, body, parent };
      const response = await recorded('its sender', () => messages.reply(said));
      if (response) wakeFor(engine, response);
    },

    async answerInPart(body) {
      const parent = key();
      if (!parent) throw answersOnly(host.name);
      const answer = { source: host.name, body, parent };
      const sent = await recorded('its sender', () => messages.answerInPart(answer));
      if (sent.isNew) wake(engine, sent.service, wakeUp(sent, body));
      return sent;
    },

    async deferResponse() {
      if (!message) throw answersOnly(host.name);
      hasDeferred = true;
      return recorded('nobody yet', () => messages.deferral(message.claim));
    },

    async sendDeferredResponse(token, body) {
      const answer = {
        token,
        source: host.name,
        sourceType: businessTypes[host.kind],
        body,
        parent: key(),
      };
      const response = await recorded('a deferred request', () => messages.answerDeferred(answer));
      if (response) wakeFor(engine, response);
    },
  };
}

/** Says whether a host can be given responses later. */
export function awaits(host: Host): boolean {
  return host.component.kind === 'process' && host.component.onResponse !== undefined;
}

/** The answer of an earlier run; when the record cannot say now, it is waited for. */
function taken(engine: Engine, { id }: Sent): Promise<Message | undefined> {
  return engine.messages.takeResponse(id).catch(() => undefined);
}

async function waitFor(
  engine: Engine,
  target: string,
  body: MessageBody | undefined,
  sent: Sent,
  timeout: number,
  signal: AbortSignal,
): Promise<Message> {
  const response = engine.responses.wait(sent.id, timeout, signal);
  wake(engine, target, wakeUp(sent, body));
  return response;
}

function wakeUp({ id, sessionId }: Sent, body: MessageBody | undefined) {
  return { messageId: id, sessionId, bodyType: body?.type ?? 'empty' };
}

function bodyOf(response: Message, target: string): MessageBody | undefined {
  const { isError, errorStatus, correspondingMessageId } = response.header;
  if (!isError) return response.body?.type === 'empty' ? undefined : response.body;
  const { code = 'HANDLER_FAILED', text = 'no reason given', origin } = errorStatus ?? {};
  // Permanent for the caller: the target has had its retries.
  throw new PermanentError(
    'REQUEST_FAILED',
    `${target} failed on message ${correspondingMessageId}: ${text}`,
    {
      origin: origin ?? { host: target, code },
    },
  );
}

function unknownTarget(host: Host, target: string, engine: Engine): EngineError {
  return new PermanentError(
    'TARGET_UNKNOWN',
    `${host.name} cannot send to ${JSON.stringify(target)}: the production has ${[...engine.hosts.keys()].join(', ')}`,
  );
}

function notHere(host: Host, target: string): EngineError {
  return new PermanentError(
    'TARGET_UNKNOWN',
    `${host.name} cannot run ${target} itself (invocation: inProc): only processes and operations can`,
  );
}

function nobodyAwaits(host: Host): EngineError {
  return new PermanentError(
    'ANSWER_UNEXPECTED',
    `${host.name} asks for a response or a timer, and has no onResponse to handle it: ` +
      'only a process with onResponse can; sendRequestSync waits for a response',
  );
}

function answersOnly(target: string): EngineError {
  return new PermanentError(
    'ANSWER_UNEXPECTED',
    `${target} is a service: a handler can answer it with sendRequestAsync while it waits, and nothing else`,
  );
}
