import type { EngineError } from './errors.ts';
import { PermanentError } from './errors.ts';
import type { Context } from './component.ts';
import type { Engine } from './host.ts';
import type { ClaimedMessage, NewRequest, Sent } from './message-store.ts';
import type { Message, MessageBody, Priority } from './message.ts';
import { businessTypes, type Host } from './production.ts';
import { wake } from './requests.ts';
import { untilRecorded } from './until-recorded.ts';

/**
 * The two sends of a handler, or of a service when there is no message.
 * Each send of one run of a handler has the next number; number and message are its key in the record.
 */
export function sender(
  host: Host,
  engine: Engine,
  signal: AbortSignal,
  message?: ClaimedMessage,
): Pick<Context<unknown>, 'sendRequestSync' | 'sendRequestAsync'> {
  let sends = 0;

  /** A handler waits for the record as for a target; whoever stands outside is told at once that it is away. */
  function recorded(target: string, record: () => Promise<Sent>): Promise<Sent> {
    if (!message) return record();
    const what = `what ${host.name} sends to ${target} for message ${message.header.id}`;
    return untilRecorded(what, record, engine.events, signal);
  }

  async function send(
    target: string,
    body: MessageBody | undefined,
    priority: Priority,
  ): Promise<Sent> {
    const to = engine.hosts.get(target);
    if (!to) throw unknownTarget(host, target, engine);
    const request: NewRequest = {
      source: host.name,
      sourceType: businessTypes[host.kind],
      target,
      targetType: businessTypes[to.kind],
      body: body ?? { type: 'empty' },
      priority,
      responseRequired: priority === 'Sync',
      ...(message ? { parent: { claim: message.claim, index: sends++ } } : {}),
      ...(message?.header.arrival ? { arrival: message.header.arrival } : {}),
    };
    return recorded(target, () => engine.messages.send(request));
  }

  return {
    async sendRequestSync(target, body, { timeout = Infinity } = {}) {
      if (engine.hosts.get(target)?.kind === 'service') throw answersOnly(target);
      const sent = await send(target, body, 'Sync');
      const response =
        (sent.isNew ? undefined : await taken(engine, sent)) ??
        (await waitFor(engine, target, body, sent, timeout, signal));
      return bodyOf(response, target);
    },

    async sendRequestAsync(target, body) {
      if (engine.hosts.get(target)?.kind !== 'service') {
        const sent = await send(target, body, 'Async');
        wake(engine, target, {
          messageId: sent.id,
          sessionId: sent.sessionId,
          bodyType: typeOf(body),
        });
        return;
      }
      if (!message) throw answersOnly(target);
      const answer = {
        source: host.name,
        sourceType: businessTypes[host.kind],
        service: target,
        body: body ?? { type: 'empty' },
        parent: { claim: message.claim, index: sends++ },
      };
      const sent = await recorded(target, () => engine.messages.answer(answer));
      wake(engine, target, {
        messageId: sent.id,
        sessionId: sent.sessionId,
        bodyType: typeOf(body),
      });
    },
  };
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
  wake(engine, target, { messageId: sent.id, sessionId: sent.sessionId, bodyType: typeOf(body) });
  return response;
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

function typeOf(body: MessageBody | undefined): string {
  return body?.type ?? 'empty';
}

function unknownTarget(host: Host, target: string, engine: Engine): EngineError {
  return new PermanentError(
    'TARGET_UNKNOWN',
    `${host.name} cannot send to ${JSON.stringify(target)}: the production has ${[...engine.hosts.keys()].join(', ')}`,
  );
}

function answersOnly(target: string): EngineError {
  return new PermanentError(
    'ANSWER_UNEXPECTED',
    `${target} is a service: a handler can answer it with sendRequestAsync while it waits, and nothing else`,
  );
}
