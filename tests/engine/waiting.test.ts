import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, defineOperation, defineProcess } from '@consort/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { numbered, runEngine } from './run-engine.ts';

const none = z.object({});

const echoing = defineOperation({
  description: 'Echoes.',
  settings: none,
  onMessage: ({ body }) => body,
});

describe('sendRequestSync', () => {
  it('stops waiting after its timeout; the response that comes later is kept as Discarded', async () => {
    const gate = Promise.withResolvers<void>();
    const slow = defineOperation({
      description: 'Waits to be let go.',
      settings: none,
      async onMessage({ body }) {
        await gate.promise;
        return body;
      },
    });
    const impatient = defineProcess({
      description: 'Waits 50 ms.',
      settings: none,
      async onRequest({ body }, { sendRequestSync }) {
        const code = await sendRequestSync('Out', body, { timeout: 50 }).then(() => '', codeOf);
        return { type: 'test.code', code };
      },
    });
    await using engine = await runEngine({
      Between: { component: impatient },
      Out: { component: slow },
    });

    const accepted = await engine.service.accept('Between', numbered(1));
    const answer = await accepted.answer(10_000);
    await answer.settle({ status: 'Completed' });
    expect(answer.body?.['code']).toBe('REQUEST_TIMEOUT');
    gate.resolve();
    await engine.idle();

    const legs = await engine.session(accepted.sessionId);
    const late = legs.find(
      ({ header: h }) => h.type === 'Response' && h.sourceConfigName === 'Out',
    );
    expect(late?.header).toMatchObject({ status: 'Discarded' });
    expect(late?.header.note).toContain('had stopped waiting');
    expect(legs[1]?.header.status).toBe('Completed');
  });

  it('is refused, with a code, where the target waits for the answer itself', async () => {
    const asking = (target: string) =>
      defineProcess({
        description: 'Asks on.',
        settings: none,
        onRequest: ({ body }, { sendRequestSync }) => sendRequestSync(target, body),
      });
    await using engine = await runEngine({
      A: { component: asking('B') },
      B: { component: asking('C') },
      C: { component: asking('A') },
    });

    const accepted = await engine.service.accept('A', numbered(1));
    const answer = await accepted.answer(10_000);
    await answer.settle({ status: 'Completed' });

    expect(answer.error).toMatchObject({
      code: 'REQUEST_FAILED',
      origin: { host: 'C', code: 'CYCLE' },
    });
  });
});

describe('deferResponse', () => {
  it('lets another host answer, once, after a restart', async () => {
    let token = '';
    const deferring = defineOperation({
      description: 'Gives its token out.',
      settings: none,
      async onMessage(_request, { deferResponse }) {
        token = await deferResponse();
        return numbered(0);
      },
    });
    const forwarding = defineProcess({
      description: 'Waits for it.',
      settings: none,
      onRequest: ({ body }, { sendRequestSync }) => sendRequestSync('Out', body),
    });
    const answering = defineProcess({
      description: 'Answers in place of it.',
      settings: none,
      onRequest: ({ body }, { sendDeferredResponse }) =>
        sendDeferredResponse(z.string().parse(body['token']), numbered(42)),
    });
    await using engine = await runEngine({
      Between: { component: forwarding },
      Out: { component: deferring },
      Other: { component: answering },
    });

    const accepted = await engine.service.accept('Between', numbered(1));
    await until(
      async () => (await engine.session(accepted.sessionId))[1]?.header.status === 'Deferred',
    );
    await engine.crashAndRunAgain();
    const first = await engine.service.accept('Other', { type: 'test.token', token });
    await (await first.answer(10_000)).settle({ status: 'Completed' });
    const second = await engine.service.accept('Other', { type: 'test.token', token });
    const refused = await second.answer(10_000);
    await refused.settle({ status: 'Completed' });
    await engine.idle();

    expect(refused.error?.code).toBe('ALREADY_ANSWERED');
    const legs = await engine.session(accepted.sessionId);
    expect(legs.map(({ header: h }) => [h.type, h.sourceConfigName])).toEqual([
      ['Request', 'In'],
      ['Request', 'Between'],
      ['Response', 'Other'],
      ['Response', 'Between'],
    ]);
    expect(legs[1]?.header.status).toBe('Completed');
    expect(legs[3]?.body?.['number']).toBe(42);
  });

  it('refuses a token that is none', async () => {
    const guessing = defineProcess({
      description: 'Guesses.',
      settings: none,
      onRequest: (_request, { sendDeferredResponse }) => sendDeferredResponse('x', numbered(1)),
    });
    await using engine = await runEngine({ Between: { component: guessing } });
    const accepted = await engine.service.accept('Between', numbered(1));
    const answer = await accepted.answer(10_000);
    await answer.settle({ status: 'Completed' });
    expect(answer.error?.code).toBe('DEFERRAL_UNKNOWN');
  });
});

describe('invocation: inProc', () => {
  it('runs the operation in its sender, without a job, with the same legs', async () => {
    const forwarding = defineProcess({
      description: 'Forwards.',
      settings: none,
      onRequest: ({ body }, { sendRequestSync }) => sendRequestSync('Out', body),
    });
    await using engine = await runEngine({
      Between: { component: forwarding },
      Out: { component: echoing, invocation: 'InProc' },
    });

    const accepted = await engine.service.accept('Between', numbered(8));
    const answer = await accepted.answer(10_000);
    await answer.settle({ status: 'Completed' });

    expect(answer.body?.['number']).toBe(8);
    const legs = await engine.session(accepted.sessionId);
    expect(legs.map(({ header: h }) => [h.targetConfigName, h.invocation, h.status])).toEqual([
      ['Between', 'Queue', 'Completed'],
      ['Out', 'InProc', 'Completed'],
      ['Between', 'Queue', 'Completed'],
      ['In', 'Queue', 'Completed'],
    ]);
    expect(await engine.transport.waiting('Out')).toBe(0);
  });

  it('is run again after a crash of its sender', async () => {
    let runs = 0;
    const hanging = defineOperation({
      description: 'Hangs the first time.',
      settings: none,
      onMessage({ body }) {
        runs += 1;
        return runs === 1 ? new Promise(() => undefined) : body;
      },
    });
    const forwarding = defineProcess({
      description: 'Forwards.',
      settings: none,
      onRequest: ({ body }, { sendRequestSync }) => sendRequestSync('Out', body),
    });
    await using engine = await runEngine({
      Between: { component: forwarding },
      Out: { component: hanging, invocation: 'InProc' },
    });

    const { sessionId } = await engine.service.accept('Between', numbered(8));
    await until(() => runs > 0);
    await engine.crashAndRunAgain();
    await engine.idle();

    expect(runs).toBe(2);
    const legs = await engine.session(sessionId);
    expect(legs).toHaveLength(4);
    expect(legs[0]?.header.status).toBe('Completed');
  });
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(10);
}
