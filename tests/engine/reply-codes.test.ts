import { setTimeout as sleep } from 'node:timers/promises';
import { defineOperation, defineProcess, PermanentError, type MessageStatus } from '@consort/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseReplyCodeActions } from '../../packages/core/src/reply-code-actions.ts';
import { numbered, runEngine } from './run-engine.ts';

const none = z.object({});

/** Throws, throws for good, or returns nothing, as it is told; after `fails` times it answers. */
function failing(what: 'error' | 'permanent' | 'nothing', fails = Infinity) {
  const tried: number[] = [];
  const component = defineOperation({
    description: 'Fails.',
    settings: none,
    onMessage({ body }) {
      tried.push(Number(body['number']));
      if (tried.length > fails) return body;
      if (what === 'nothing') return undefined;
      if (what === 'permanent') throw new PermanentError('FILE_EXISTS', 'there is one');
      throw new Error('connection refused');
    },
  });
  return { component, tried };
}

/** `what` the operation does, the `actions`, and what comes of its message, its worker and its sender. */
const table: readonly {
  readonly what: 'error' | 'permanent' | 'nothing';
  readonly actions: string;
  readonly status: MessageStatus;
  readonly tries: number;
  readonly sender: string;
  readonly isWarned?: true;
}[] = [
  { what: 'permanent', actions: 'E=F', status: 'Error', tries: 1, sender: 'REQUEST_FAILED' },
  { what: 'error', actions: 'E=F', status: 'Completed', tries: 3, sender: 'answered' },
  { what: 'permanent', actions: 'E=R', status: 'Completed', tries: 3, sender: 'answered' },
  { what: 'error', actions: 'E=C', status: 'Completed', tries: 1, sender: 'answered' },
  { what: 'error', actions: 'E=S', status: 'Suspended', tries: 1, sender: 'REQUEST_FAILED' },
  {
    what: 'error',
    actions: 'E=W',
    status: 'Completed',
    tries: 1,
    sender: 'answered',
    isWarned: true,
  },
  {
    what: 'permanent',
    actions: 'E=WF',
    status: 'Error',
    tries: 1,
    sender: 'REQUEST_FAILED',
    isWarned: true,
  },
  {
    what: 'permanent',
    actions: 'E#FILE_EXISTS=S,E=C',
    status: 'Suspended',
    tries: 1,
    sender: 'REQUEST_FAILED',
  },
  {
    what: 'permanent',
    actions: 'E#DISK_FULL=S,E=C',
    status: 'Completed',
    tries: 1,
    sender: 'answered',
  },
  {
    what: 'error',
    actions: 'E*REFUSED=S,E=C',
    status: 'Suspended',
    tries: 1,
    sender: 'REQUEST_FAILED',
  },
  { what: 'nothing', actions: 'X=S', status: 'Suspended', tries: 1, sender: 'REQUEST_FAILED' },
  { what: 'nothing', actions: 'X=R', status: 'Completed', tries: 3, sender: 'answered' },
  { what: 'nothing', actions: 'E=F', status: 'Completed', tries: 1, sender: 'answered' },
];

describe('replyCodeActions', () => {
  it('lead a message to what each code and action says, and its sender is told', async () => {
    const operations = table.map(({ what }) => failing(what, 2));
    const asking = defineProcess({
      description: 'Asks the operation that is named, and says how it went.',
      settings: none,
      async onRequest({ body }, { sendRequestSync }) {
        const outcome = await sendRequestSync(z.string().parse(body['target']), body).then(
          () => 'answered',
          (error: { code: string }) => error.code,
        );
        return { type: 'test.outcome', outcome };
      },
    });
    await using engine = await runEngine({
      Asking: { component: asking, poolSize: table.length },
      ...Object.fromEntries(
        table.map(({ actions }, n) => [
          `Out${n}`,
          {
            component: operations[n]!.component,
            replyCodeActions: parseReplyCodeActions(actions),
            retry: { interval: 10, timeout: 60_000 },
          },
        ]),
      ),
    });

    for (const [n, row] of table.entries()) {
      const { actions, what, status, tries, sender, isWarned = false } = row;
      const body = { ...numbered(n), target: `Out${n}` };
      const accepted = await engine.service.accept('Asking', body);
      const answer = await accepted.answer(20_000);
      await answer.settle({ status: 'Completed' });
      const legs = await engine.session(accepted.sessionId);
      const warnings = engine.events.filter(
        ({ host, text }) => host === `Out${n}` && text.includes('was warned'),
      );
      expect(
        {
          status: legs[1]?.header.status,
          tries: operations[n]!.tried.length,
          sender: answer.body?.['outcome'],
          isWarned: warnings.length > 0,
        },
        `${what} under ${actions}`,
      ).toEqual({ status, tries, sender, isWarned });
    }
  });

  it('D disables the host with the message in its place, before those that came later', async () => {
    const { component, tried } = failing('error', 1);
    await using engine = await runEngine({
      Out: { component, replyCodeActions: parseReplyCodeActions('E=D') },
    });
    await engine.service.sendRequestAsync('Out', numbered(1));
    await until(async () => (await engine.messages.disabledHosts()).length === 1);
    await engine.service.sendRequestAsync('Out', numbered(2));
    const queued = await engine.messages.pending('Out', 0, 10);
    expect(queued.map(({ id }) => id)).toEqual([1, 2]);

    await engine.messages.enableHost('Out');
    await engine.crashAndRunAgain();
    await engine.idle();
    expect(tried).toEqual([1, 1, 2]);
  });

  it('S sets the message aside and goes on with the next', async () => {
    const { component, tried } = failing('error', 1);
    await using engine = await runEngine({
      Out: { component, replyCodeActions: parseReplyCodeActions('E=S') },
    });
    await engine.service.sendRequestAsync('Out', numbered(1));
    await engine.service.sendRequestAsync('Out', numbered(2));
    await until(async () => tried.length === 2);
    await engine.idle();
    const headers = await engine.messages.messages({ host: 'Out' });
    expect(headers.map(({ status }) => status)).toEqual(['Completed', 'Suspended']);
  });

  it('retry.timeout ends the tries of a host, and without an end there are more than any number', async () => {
    const short = failing('error');
    const endless = failing('error', 40);
    await using engine = await runEngine({
      Short: { component: short.component, retry: { interval: 20, timeout: 100 } },
      Endless: { component: endless.component, retry: { interval: 1, timeout: Infinity } },
    });
    await engine.service.sendRequestAsync('Short', numbered(1));
    await engine.service.sendRequestAsync('Endless', numbered(2));
    await engine.idle();
    const status = async (id: number) => (await engine.messages.message(id))?.header.status;
    expect([await status(1), await status(2)]).toEqual(['Error', 'Completed']);
    expect(short.tried.length).toBeGreaterThan(1);
    expect(endless.tried).toHaveLength(41);
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(5);
}
