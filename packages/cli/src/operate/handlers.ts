import { businessTypes, EngineError, type MessageBody, type MessageHeader } from '@consort/core';
import { z } from 'zod';
import type { ControlHandlers, ControlRequest } from '../control.ts';
import type { RunningProduction } from '../run-production.ts';
import { heldByBackup } from './backup-hold.ts';
import { checkedBody } from './checked-body.ts';
import { ago, purge } from './retention.ts';
import { hostNamed, receivingHost } from './receiving-host.ts';

/** Milliseconds that what is under way at a host may take when it is stopped by itself. */
const grace = 10_000;

const by = z.string().min(1);
const messages = z.object({ ids: z.array(z.int().positive()).max(1000), by });
const resending = z.object({ target: z.string().optional(), head: z.boolean() });
const purging = z.object({
  by,
  isDryRun: z.boolean(),
  completed: z.number().min(0).optional(),
  failed: z.number().min(0).optional(),
});
const host = z.object({
  change: z.enum(['start', 'stop', 'restart', 'enable', 'disable']),
  name: z.string(),
  by,
  reason: z.string().optional(),
});

const past = { start: 'started', stop: 'stopped', restart: 'restarted' } as const;

/** What a running production does to hosts and messages when an operator asks for it. */
export function operatorHandlers(running: RunningProduction): ControlHandlers {
  const { messages: record, log } = running;

  function wake({ id, sessionId, targetQueueName, messageBodyClassName }: MessageHeader): void {
    const wakeUp = { messageId: id, sessionId, bodyType: messageBodyClassName ?? 'empty' };
    // When Redis is away recovery adds it.
    running.transport.wake(targetQueueName, [wakeUp]).catch(() => undefined);
  }

  /** Does one thing to each message; those it cannot be done to are answered with the reason. */
  async function each(
    asked: unknown,
    what: string,
    act: (id: number) => Promise<MessageHeader | undefined | void>,
  ) {
    const { ids, by: user } = messages.parse(asked);
    const done: { id: number; newId?: number }[] = [];
    const refused: { id: number; code: string; text: string }[] = [];
    for (const id of ids) {
      try {
        const header = await act(id);
        if (header?.status === 'Queued') wake(header);
        done.push({ id, ...(header && header.id !== id ? { newId: header.id } : {}) });
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        refused.push({ id, code: error.code, text: error.message });
      }
    }
    if (done.length > 0) {
      const list = done.map(({ id }) => id).join(', ');
      log({ type: 'Info', code: 'OPERATOR', text: `${user} ${what} messages ${list}` });
    }
    return { done, refused };
  }

  return {
    async host(asked) {
      const { change, name, by: user, reason } = host.parse(asked);
      if (change === 'disable') {
        const why = reason === undefined ? {} : { reason };
        return running.changeHost({ verb: 'disable', name, grace, by: user, ...why });
      }
      if (change === 'enable') {
        hostNamed(running.production.hosts, name);
        if (await record.enableHost(name)) {
          log({
            type: 'Info',
            code: 'HOST_ENABLED',
            text: `${name} is enabled by ${user}`,
            host: name,
          });
        }
      }
      if (change === 'stop' || change === 'restart') {
        await running.changeHost({ verb: 'stop', name, grace });
      }
      if (change !== 'stop') await running.changeHost({ verb: 'start', name });
      if (change !== 'enable') {
        const text = `${user} ${past[change]} ${name}`;
        log({ type: 'Info', code: 'OPERATOR', text, host: name });
      }
      return undefined;
    },

    async resend(asked) {
      const { target: name, head } = resending.parse(asked);
      const target = name === undefined ? {} : { target: targetNamed(name) };
      const changed = await otherBody(asked);
      return each(asked, 'sent again', async (id) => {
        if (name === undefined) await requireReceiver(id);
        return record.resend(id, { ...target, ...changed, isHead: head });
      });
    },

    async resubmit(asked) {
      const { body } = await otherBody(asked);
      return each(asked, 'resubmitted', async (id) => {
        await requireReceiver(id);
        return record.resubmit(id, body);
      });
    },

    discard: (asked) =>
      each(asked, 'discarded', (id) => record.discard(id, `discarded by ${userOf(asked)}`)),

    async purge(asked) {
      const { by: user, isDryRun, completed = Infinity, failed = Infinity } = purging.parse(asked);
      const bounds = { completedBefore: ago(completed), failedBefore: ago(failed) };
      const purged = await purge(record, running.documents, bounds, { isDryRun });
      const { sessions, messages: gone } = purged;
      if (!isDryRun) {
        const text = `${user} purged ${sessions} sessions with ${gone} messages`;
        log({ type: 'Info', code: 'OPERATOR', text });
      }
      const held = heldByBackup(running.dataDirectory);
      return { ...purged, ...(held === undefined ? {} : { held }) };
    },

    abort: (asked) =>
      each(asked, 'aborted', async (id) => {
        const response = await record.abort(id, `aborted by ${userOf(asked)}`);
        if (response) wake(response);
      }),
  };

  function targetNamed(name: string) {
    return { name, type: businessTypes[receivingHost(running.production.hosts, name).kind] };
  }

  /** In the queue of a host that has no workers a message would stay for ever. */
  async function requireReceiver(id: number): Promise<void> {
    const header = (await record.message(id))?.header;
    if (header?.type !== 'Request' || header.targetBusinessType === 'Unknown') return;
    receivingHost(running.production.hosts, header.targetConfigName);
  }

  async function otherBody({ body }: ControlRequest): Promise<{ readonly body?: MessageBody }> {
    return body === undefined ? {} : { body: await checkedBody(body, running.documents) };
  }
}

function userOf(asked: unknown): string {
  return z.object({ by }).parse(asked).by;
}
