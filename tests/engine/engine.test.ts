import { setTimeout as sleep } from 'node:timers/promises';
import { defineOperation, defineProcess, PermanentError } from '@consort/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { numbered, runEngine } from './run-engine.ts';

const none = z.object({});

/** Answers with twice the number it is sent. */
const doubling = defineOperation({
  description: 'Doubles.',
  settings: none,
  onMessage: ({ body }) => numbered(2 * Number(body['number'])),
});

/** Sends its request on and returns the answer. */
const forwarding = defineProcess({
  description: 'Forwards.',
  settings: none,
  onRequest: ({ body }, { sendRequestSync }) =>
    sendRequestSync('Out', body).then((answer) => answer),
});

describe('the engine', () => {
  it('carries a request through and its answers back, as four legs of one session', async () => {
    await using engine = await runEngine({
      Between: { component: forwarding },
      Out: { component: doubling },
    });

    const accepted = await engine.service.accept('Between', numbered(21));
    const answer = await accepted.answer(5_000);
    await answer.settle({ status: 'Completed' });

    expect(answer.body?.['number']).toBe(42);
    const legs = await engine.session(accepted.sessionId);
    expect(legs.map(({ header }) => [header.type, header.sourceConfigName, header.status])).toEqual(
      [
        ['Request', 'In', 'Completed'],
        ['Request', 'Between', 'Completed'],
        ['Response', 'Out', 'Completed'],
        ['Response', 'Between', 'Completed'],
      ],
    );
  });

  it('takes an answer sent with sendRequestAsync to the service as the same four legs', async () => {
    const answering = defineProcess({
      description: 'Answers as the article does.',
      settings: none,
      async onRequest({ body }, { sendRequestSync, sendRequestAsync }) {
        await sendRequestAsync('In', await sendRequestSync('Out', body));
      },
    });
    await using engine = await runEngine({
      Between: { component: answering },
      Out: { component: doubling },
    });

    const accepted = await engine.service.accept('Between', numbered(4));
    const answer = await accepted.answer(5_000);
    await answer.settle({ status: 'Completed' });
    await engine.idle();

    expect(answer.body?.['number']).toBe(8);
    expect(await engine.session(accepted.sessionId)).toHaveLength(4);
  });

  it('refuses a second answer with a code, and the first one stands', async () => {
    const twice = defineProcess({
      description: 'Answers twice.',
      settings: none,
      async onRequest({ body }, { sendRequestAsync }) {
        await sendRequestAsync('In', body);
        await sendRequestAsync('In', numbered(0));
      },
    });
    await using engine = await runEngine({ Between: { component: twice } });

    const accepted = await engine.service.accept('Between', numbered(1));
    const answer = await accepted.answer(5_000);
    await answer.settle({ status: 'Completed' });
    await engine.idle();

    expect(answer.body?.['number']).toBe(1);
    const [request] = await engine.session(accepted.sessionId);
    expect(request?.header.errorStatus?.code).toBe('ALREADY_ANSWERED');
  });

  it('tries an operation again until it succeeds, and the process never notices', async () => {
    let attempts = 0;
    const flaky = defineOperation({
      description: 'Fails twice.',
      settings: none,
      onMessage({ body }) {
        attempts += 1;
        if (attempts < 3) throw new Error('not yet');
        return body;
      },
    });
    await using engine = await runEngine({
      Between: { component: forwarding },
      Out: { component: flaky, retry: { interval: 20, timeout: 60_000 } },
    });

    const accepted = await engine.service.accept('Between', numbered(7));
    const answer = await accepted.answer(10_000);
    await answer.settle({ status: 'Completed' });

    expect(attempts).toBe(3);
    expect(answer.body?.['number']).toBe(7);
    const legs = await engine.session(accepted.sessionId);
    expect(legs[1]?.header.attempts).toBe(2);
  });

  it('fails at once on a permanent error, and tells the service where it began', async () => {
    const failing = defineOperation({
      description: 'Fails for good.',
      settings: none,
      onMessage() {
        throw new PermanentError('DISK_FULL', 'no space left');
      },
    });
    await using engine = await runEngine({
      Between: { component: forwarding },
      Out: { component: failing, retry: { interval: 20, timeout: Infinity } },
    });

    const accepted = await engine.service.accept('Between', numbered(7));
    const answer = await accepted.answer(10_000);
    await answer.settle({ status: 'Completed' });

    expect(answer.error?.code).toBe('REQUEST_FAILED');
    expect(answer.error?.origin).toEqual({ host: 'Out', code: 'DISK_FULL' });
  });

  it('keeps order with poolSize 1 while the head is retried', async () => {
    const order: number[] = [];
    let attempts = 0;
    const ordered = defineOperation({
      description: 'Fails on its first message a few times.',
      settings: none,
      onMessage({ body }) {
        if (body['number'] === 0 && ++attempts < 4) throw new Error('not yet');
        order.push(Number(body['number']));
      },
    });
    await using engine = await runEngine({
      Out: { component: ordered, retry: { interval: 30, timeout: 60_000 } },
    });

    for (let number = 0; number < 20; number++)
      await engine.service.sendRequestAsync('Out', numbered(number));
    while (order.length < 20) await sleep(10);

    expect(order).toEqual(Array.from({ length: 20 }, (_, number) => number));
  });

  it('goes on after a crash in the middle of a handler, and sends nothing twice', async () => {
    let sent = 0;
    const counting = defineOperation({
      description: 'Counts what reaches it.',
      settings: none,
      onMessage({ body }) {
        sent += 1;
        return body;
      },
    });
    const stuck = defineProcess({
      description: 'Never comes back from its second step.',
      settings: none,
      async onRequest({ body }, { sendRequestSync }) {
        await sendRequestSync('Out', body);
        await new Promise<void>(() => undefined);
      },
    });
    await using engine = await runEngine({
      Between: { component: stuck },
      Out: { component: counting },
    });
    const { sessionId } = await engine.service.accept('Between', numbered(5));
    while ((await engine.session(sessionId)).length < 3) await sleep(10);

    await engine.crashAndRunAgain({
      Between: { component: forwarding },
      Out: { component: counting },
    });
    await engine.idle();

    expect(sent).toBe(1);
    const legs = await engine.session(sessionId);
    expect(legs.map(({ header }) => header.status)).toEqual([
      'Completed',
      'Completed',
      'Completed',
      'Discarded',
    ]);
    expect(legs[3]?.header.note).toBe('the association ended before the answer');
  });

  it('refuses a handler that sends something else when it runs again', async () => {
    const first = defineProcess({
      description: 'Sends 1, then hangs.',
      settings: none,
      async onRequest(_request, { sendRequestSync }) {
        await sendRequestSync('Out', numbered(1));
        await new Promise<void>(() => undefined);
      },
    });
    const second = defineProcess({
      description: 'Sends 2.',
      settings: none,
      onRequest: (_request, { sendRequestSync }) =>
        sendRequestSync('Out', numbered(2)).then(() => undefined),
    });
    await using engine = await runEngine({
      Between: { component: first },
      Out: { component: doubling },
    });
    const { sessionId } = await engine.service.accept('Between', numbered(0));
    while ((await engine.session(sessionId)).length < 3) await sleep(10);

    await engine.crashAndRunAgain({ Between: { component: second }, Out: { component: doubling } });
    await engine.idle();

    const [request] = await engine.session(sessionId);
    expect(request?.header.errorStatus?.code).toBe('REPLAY_MISMATCH');
  });

  it('a host that is started again goes on with what a handler holds that would not stop', async () => {
    let runs = 0;
    const stubborn = defineOperation({
      description: 'Hangs, whatever it is told, and returns when it is run again.',
      settings: none,
      onMessage: ({ body }) => ((runs += 1) === 1 ? new Promise(() => undefined) : body),
    });
    await using engine = await runEngine({ Out: { component: stubborn } });
    const accepted = await engine.service.accept('Out', numbered(1));
    await expect.poll(() => runs).toBe(1);

    await engine.hosts.stopHost('Out', 0);
    await engine.hosts.startHost('Out');
    const answer = await accepted.answer(20_000);
    await answer.settle({ status: 'Completed' });

    expect([answer.body?.['number'], runs]).toEqual([1, 2]);
  });

  it('sets an answer aside that comes after the peer was told otherwise', async () => {
    const slow = defineOperation({
      description: 'Takes its time.',
      settings: none,
      async onMessage({ body }) {
        await sleep(300);
        return body;
      },
    });
    await using engine = await runEngine({ Out: { component: slow } });

    const accepted = await engine.service.accept('Out', numbered(1));
    await expect(accepted.answer(50)).rejects.toThrow('no answer within');
    await accepted.answered({ status: '0110', note: 'answered 0110 after 0.05 s' });
    await engine.idle();

    const [, response] = await engine.session(accepted.sessionId);
    expect(response?.header).toMatchObject({
      status: 'Discarded',
      note: 'answered 0110 after 0.05 s',
    });
  });
});
