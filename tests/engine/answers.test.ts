import { defineOperation, defineProcess, type Answer } from '@consort/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { numbered, runEngine } from './run-engine.ts';

const none = z.object({});
const isDone = { status: 'Completed' } as const;

/** Yields 1, 2, 3 … below the number it is sent, and tells of each step; returns that number. */
function counting(steps: number[] = [], ends: string[] = []) {
  return defineProcess({
    description: 'Counts.',
    settings: none,
    async *onRequest({ body }, { signal }) {
      try {
        for (let number = 1; number < Number(body['number']); number += 1) {
          steps.push(number);
          yield numbered(number);
        }
        return body;
      } finally {
        ends.push(signal.aborted ? 'aborted' : 'done');
      }
    },
  });
}

describe('a process that answers one by one', () => {
  it('has each answer taken as a leg of its own, in order, and the last one ends its request', async () => {
    await using engine = await runEngine({ Count: { component: counting() } });

    const accepted = await engine.service.accept('Count', numbered(30));
    const numbers: unknown[] = [];
    for await (const { body, isLast, settle } of accepted.answers(5_000)) {
      numbers.push([body?.['number'], isLast]);
      await settle(isDone);
    }
    await engine.idle();

    expect(numbers).toEqual(Array.from({ length: 30 }, (_, n) => [n + 1, n === 29]));
    const [request, ...answers] = await engine.session(accepted.sessionId);
    expect(request?.header).toMatchObject({ type: 'Request', status: 'Completed' });
    expect(answers).toHaveLength(30);
    for (const { header } of answers) {
      expect(header).toMatchObject({
        type: 'Response',
        status: 'Completed',
        sourceConfigName: 'Count',
        targetConfigName: 'In',
        correspondingMessageId: accepted.messageId,
      });
    }
    expect(answers.map(({ header }) => header.isPartial)).toEqual([
      ...Array.from({ length: 29 }, () => true),
      undefined,
    ]);
    expect(request?.header.correspondingMessageId).toBe(answers.at(-1)?.header.id);
  });

  it('is not asked for the next answers while those before are not taken', async () => {
    const steps: number[] = [];
    await using engine = await runEngine({ Count: { component: counting(steps) } });

    const accepted = await engine.service.accept('Count', numbered(1_000));
    const answers = accepted.answers(5_000)[Symbol.asyncIterator]();
    const untaken: Answer[] = [];
    for (let n = 0; n < 8; n += 1) untaken.push((await answers.next()).value as Answer);
    expect(steps).toHaveLength(8);

    await untaken[0]?.settle(isDone);
    untaken.push((await answers.next()).value as Answer);
    expect(steps).toHaveLength(9);
    await accepted.answered({ status: 'none', note: 'peer gone' });
    await engine.idle();
    expect(steps).toHaveLength(9);
  });

  it('ends at its yield when no more answers are wanted; its last answer says so', async () => {
    const ends: string[] = [];
    await using engine = await runEngine({ Count: { component: counting([], ends) } });

    const accepted = await engine.service.accept('Count', numbered(1_000_000));
    const types: unknown[] = [];
    for await (const { body, settle } of accepted.answers(5_000)) {
      types.push(body?.type);
      if (types.length === 3) await accepted.cancel();
      await settle(isDone);
    }
    await engine.idle();

    expect(types.at(-1)).toBe('cancelled');
    expect(new Set(types.slice(0, -1))).toEqual(new Set(['test.number']));
    expect(ends).toEqual(['aborted']);
    const [request] = await engine.session(accepted.sessionId);
    expect(request?.header).toMatchObject({ status: 'Completed' });
    expect(request?.header.cancelledAt).toBeDefined();
  });

  it('is told at once through its signal, and its own last answer is the one that counts', async () => {
    const patient = defineProcess({
      description: 'Waits until nobody wants more.',
      settings: none,
      async *onRequest(_, { signal }) {
        yield numbered(1);
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        return numbered(-1);
      },
    });
    await using engine = await runEngine({ Wait: { component: patient } });

    const accepted = await engine.service.accept('Wait', numbered(0));
    const numbers: unknown[] = [];
    for await (const { body, settle } of accepted.answers(5_000)) {
      numbers.push(body?.['number']);
      await settle(isDone);
      await accepted.cancel();
    }
    expect(numbers).toEqual([1, -1]);
  });

  it('ends when its peer is gone; the answers that were on their way are Discarded', async () => {
    const ends: string[] = [];
    await using engine = await runEngine({ Count: { component: counting([], ends) } });

    const accepted = await engine.service.accept('Count', numbered(1_000_000));
    const answers = accepted.answers(5_000)[Symbol.asyncIterator]();
    await answers.next();
    await accepted.answered({ status: 'none', note: 'peer gone' });
    await engine.idle();

    expect(ends).toEqual(['aborted']);
    const legs = await engine.session(accepted.sessionId);
    const responses = legs.filter(({ header }) => header.type === 'Response');
    expect(responses.length).toBeGreaterThan(1);
    for (const { header } of responses) {
      expect(header).toMatchObject({ status: 'Discarded', note: 'peer gone' });
    }
  });

  it('run again after a crash, it is ended: nobody waits for its answers any more', async () => {
    const ends: string[] = [];
    const steps: number[] = [];
    await using engine = await runEngine({ Count: { component: counting(steps, ends) } });
    const accepted = await engine.service.accept('Count', numbered(1_000_000));
    await accepted.answers(5_000)[Symbol.asyncIterator]().next();

    await engine.crashAndRunAgain({ Count: { component: counting(steps, ends) } });
    await engine.idle();

    expect(ends.at(-1)).toBe('aborted');
    const legs = await engine.session(accepted.sessionId);
    expect(legs[0]?.header).toMatchObject({ status: 'Completed' });
    for (const { header } of legs.slice(1)) {
      expect(header).toMatchObject({ type: 'Response', status: 'Discarded' });
    }
    expect(steps.length).toBeLessThan(100);
  });

  it('fails its request when it throws, after what it has answered', async () => {
    const failing = defineProcess({
      description: 'Throws.',
      settings: none,
      async *onRequest() {
        yield numbered(1);
        throw new Error('the table is gone');
      },
    });
    await using engine = await runEngine({ Fail: { component: failing } });

    const accepted = await engine.service.accept('Fail', numbered(0));
    const heard: unknown[] = [];
    for await (const { body, error, settle } of accepted.answers(5_000)) {
      heard.push(body?.['number'] ?? error?.code);
      await settle(isDone);
    }
    expect(heard).toEqual([1, 'HANDLER_FAILED']);
  });

  it('can only answer a service so: to a process that waits, it returns one answer', async () => {
    const asking = defineProcess({
      description: 'Asks a process that answers one by one.',
      settings: none,
      onRequest: ({ body }, { sendRequestSync }) =>
        sendRequestSync('Count', body).then((answer) => answer),
    });
    await using engine = await runEngine({
      Ask: { component: asking },
      Count: { component: counting() },
    });

    const accepted = await engine.service.accept('Ask', numbered(3));
    const answer = await accepted.answer(5_000);
    await answer.settle(isDone);
    expect(answer.error).toMatchObject({ origin: { host: 'Count', code: 'ANSWER_UNEXPECTED' } });
  });

  it('has its answers but the last set aside by a service that wants one', async () => {
    await using engine = await runEngine({
      Count: { component: counting() },
      Out: {
        component: defineOperation({
          description: 'Not used.',
          settings: none,
          onMessage: ({ body }) => body,
        }),
      },
    });
    const accepted = await engine.service.accept('Count', numbered(3));
    const answer = await accepted.answer(5_000);
    await answer.settle(isDone);
    await engine.idle();
    expect(answer).toMatchObject({ isLast: true, body: numbered(3) });
    const legs = await engine.session(accepted.sessionId);
    expect(legs.map(({ header }) => header.status)).toEqual([
      'Completed',
      'Discarded',
      'Discarded',
      'Completed',
    ]);
  });
});
