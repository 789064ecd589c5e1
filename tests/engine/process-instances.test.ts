import { setTimeout as sleep } from 'node:timers/promises';
import { defineOperation, defineProcess, type Message } from '@consort/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { numbered, runEngine, type TestEngine } from './run-engine.ts';

const none = z.object({});
const sum = z.object({ total: z.number().default(0), handled: z.array(z.string()).default([]) });

/** Answers with twice the number it is sent. */
const doubling = defineOperation({
  description: 'Doubles.',
  settings: none,
  onMessage: ({ body }) => numbered(2 * Number(body['number'])),
});

/** Never answers until it is let go. */
function holding() {
  const gate = Promise.withResolvers<void>();
  const operation = defineOperation({
    description: 'Holds.',
    settings: none,
    async onMessage({ body }, { signal }) {
      await Promise.race([gate.promise, sleep(60_000, undefined, { signal, ref: false })]);
      return body;
    },
  });
  return { operation, letGo: gate.resolve };
}

/** Sends to A and B, adds up what they answer. */
const adding = defineProcess({
  description: 'Adds up.',
  settings: none,
  instance: sum,
  async onRequest({ body }, { sendRequestAsync }) {
    for (const target of ['A', 'B']) {
      await sendRequestAsync(target, body, { responseRequired: true, completionKey: target });
    }
  },
  onResponse({ body, completionKey }, { instance }) {
    instance.total += Number(body?.['number']);
    instance.handled.push(completionKey ?? '');
  },
  onComplete: (_request, { instance }) => ({ type: 'test.sum', ...instance }),
});

describe('a process instance', () => {
  it('gets each response by its key, and completes once with what it has kept', async () => {
    await using engine = await runEngine({
      Between: { component: adding },
      A: { component: doubling },
      B: { component: doubling },
    });

    const answer = await ask(engine, 'Between', 5);

    expect(answer.body).toMatchObject({ total: 20 });
    expect(answer.body?.['handled']).toEqual(expect.arrayContaining(['A', 'B']));
    await engine.idle();
    const legs = await engine.session(answer.sessionId);
    expect(legs).toHaveLength(6);
    expect(legs.map(({ header }) => header.status)).toEqual(Array(6).fill('Completed'));
  });

  it('frees its worker while it waits, so that another request is taken up', async () => {
    const { operation, letGo } = holding();
    await using engine = await runEngine({
      Between: { component: adding },
      A: { component: operation, poolSize: 9 },
      B: { component: doubling },
    });

    const first = await engine.service.accept('Between', numbered(1));
    const second = await engine.service.accept('Between', numbered(2));
    await until(async () => {
      const [request] = await engine.session(second.sessionId);
      return request?.header.status === 'Deferred';
    });
    letGo();

    const answers = await Promise.all([first.answer(10_000), second.answer(10_000)]);
    for (const answer of answers) await answer.settle({ status: 'Completed' });
    expect(answers.map(({ body }) => body?.['total'])).toEqual([3, 6]);
  });

  it('goes on after a crash with what it had kept, and sends nothing twice', async () => {
    const { operation, letGo } = holding();
    let doubled = 0;
    const counting = defineOperation({
      description: 'Doubles and counts.',
      settings: none,
      onMessage({ body }) {
        doubled += 1;
        return numbered(2 * Number(body['number']));
      },
    });
    const hosts = {
      Between: { component: adding },
      A: { component: operation },
      B: { component: counting },
    };
    await using engine = await runEngine(hosts);

    const { sessionId } = await engine.service.accept('Between', numbered(3));
    await until(async () => {
      const legs = await engine.session(sessionId);
      return legs.some(({ header: h }) => h.sourceConfigName === 'B' && h.status === 'Completed');
    });
    letGo();
    await engine.crashAndRunAgain({ ...hosts, A: { component: doubling } });
    await until(async () => {
      const [request] = await engine.session(sessionId);
      return request?.header.status === 'Completed';
    });

    expect(doubled).toBe(1);
    const last = (await engine.session(sessionId)).at(-1);
    expect(last?.body).toMatchObject({ type: 'test.sum' });
    expect(last?.body?.['handled']).toHaveLength(2);
  });

  it('is told when a request was not answered in time, and the late response is Discarded', async () => {
    const { operation, letGo } = holding();
    const patient = defineProcess({
      description: 'Waits a while.',
      settings: none,
      instance: z.object({ late: z.string().default('') }),
      onRequest: ({ body }, { sendRequestAsync }) =>
        sendRequestAsync('A', body, { responseRequired: true, completionKey: 'a', timeout: 50 }),
      onResponse() {},
      onError({ error, completionKey }, { instance }) {
        instance.late = `${completionKey} ${error.code}`;
      },
      onComplete: (_request, { instance }) => ({ type: 'test.late', ...instance }),
    });
    await using engine = await runEngine({
      Between: { component: patient },
      A: { component: operation },
    });

    const answer = await ask(engine, 'Between', 1);
    expect(answer.body?.['late']).toBe('a REQUEST_TIMEOUT');
    letGo();
    await engine.idle();

    const responses = (await engine.session(answer.sessionId)).filter(isFrom('A'));
    expect(responses.map(({ header }) => header.status)).toEqual(['Completed', 'Discarded']);
    expect(responses[1]?.header.note).toContain('had stopped waiting');
  });

  it('ends in Error when a request fails and it has no onError, and awaits nothing any more', async () => {
    const { operation, letGo } = holding();
    const failing = defineOperation({
      description: 'Fails.',
      settings: none,
      onMessage() {
        throw new Error('no');
      },
    });
    await using engine = await runEngine({
      Between: { component: adding },
      A: { component: failing },
      B: { component: operation },
    });

    const answer = await ask(engine, 'Between', 1);
    expect(answer.error).toMatchObject({ code: 'REQUEST_FAILED', origin: { host: 'A' } });
    letGo();
    await engine.idle();
    const fromB = (await engine.session(answer.sessionId)).filter(isFrom('B'));
    expect(fromB.map(({ header }) => header.status)).toEqual(['Discarded']);
  });

  it('is woken by its timer, after a restart too', async () => {
    const waking = defineProcess({
      description: 'Sets a timer.',
      settings: none,
      instance: z.object({ keys: z.array(z.string()).default([]) }),
      async onRequest(_request, { setTimer }) {
        await setTimer(300, 'bell');
      },
      onResponse({ completionKey, body }, { instance }) {
        instance.keys.push(`${completionKey} ${body?.type}`);
      },
      onComplete: (_request, { instance }) => ({ type: 'test.keys', ...instance }),
    });
    await using engine = await runEngine({ Between: { component: waking } });

    const { sessionId } = await engine.service.accept('Between', numbered(1));
    await until(async () => {
      const [request] = await engine.session(sessionId);
      return request?.header.status === 'Deferred';
    });
    await engine.crashAndRunAgain();
    await until(async () => {
      const [request] = await engine.session(sessionId);
      return request?.header.status === 'Completed';
    });

    const last = (await engine.session(sessionId)).at(-1);
    expect(last?.body?.['keys']).toEqual(['bell timer']);
  });

  it('replies before it ends, and goes on', async () => {
    const { operation, letGo } = holding();
    const early = defineProcess({
      description: 'Replies early.',
      settings: none,
      async onRequest({ body }, { sendRequestAsync, reply }) {
        await sendRequestAsync('A', body, { responseRequired: true });
        await reply(numbered(99));
      },
      onResponse() {},
    });
    await using engine = await runEngine({
      Between: { component: early },
      A: { component: operation },
    });

    const answer = await ask(engine, 'Between', 1);
    expect(answer.body?.['number']).toBe(99);
    await until(async () => {
      const [request] = await engine.session(answer.sessionId);
      return request?.header.status === 'Deferred';
    });
    letGo();
    await until(async () => {
      const [ended] = await engine.session(answer.sessionId);
      return ended?.header.status === 'Completed';
    });
  });

  it('handles one response at a time, however many workers it has', async () => {
    let atOnce = 0;
    let most = 0;
    const many = defineProcess({
      description: 'Sends twenty.',
      settings: none,
      instance: z.object({ count: z.number().default(0) }),
      async onRequest({ body }, { sendRequestAsync }) {
        for (let n = 0; n < 20; n += 1) {
          await sendRequestAsync('A', body, { responseRequired: true });
        }
      },
      async onResponse(_response, { instance }) {
        most = Math.max(most, ++atOnce);
        const before = instance.count;
        await sleep(2);
        instance.count = before + 1;
        atOnce -= 1;
      },
      onComplete: (_request, { instance }) => ({ type: 'test.count', ...instance }),
    });
    await using engine = await runEngine({
      Between: { component: many, poolSize: 8 },
      A: { component: doubling, poolSize: 8 },
    });

    const answer = await ask(engine, 'Between', 1);
    expect(answer.body?.['count']).toBe(20);
    expect(most).toBe(1);
  });
});

function isFrom(host: string) {
  return ({ header }: Message) => header.type === 'Response' && header.sourceConfigName === host;
}

async function ask(engine: TestEngine, target: string, number: number) {
  const accepted = await engine.service.accept(target, numbered(number));
  const answer = await accepted.answer(20_000);
  await answer.settle({ status: 'Completed' });
  return { ...answer, sessionId: accepted.sessionId };
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(10);
}
