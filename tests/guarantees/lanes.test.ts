import { defineOperation, defineProcess, type Priority } from '@consort/core';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { numbered, runEngine } from '../engine/run-engine.ts';
import { describeWith } from '../house/peers.ts';

const none = z.object({});

/** An operation that lets its first message wait, and writes down the rest. */
function gated() {
  const gate = Promise.withResolvers<void>();
  const order: number[] = [];
  const component = defineOperation({
    description: 'Waits to be let go, then writes down what comes.',
    settings: none,
    async onMessage({ body }) {
      if (body['number'] === 0) await gate.promise;
      else order.push(Number(body['number']));
      return body;
    },
  });
  return { component, open: gate.resolve, order };
}

describeWith(['redis'], 'the lanes of a queue', () => {
  it('go HighSync, Sync, SimSync, Async, each in its order, however they were queued', async () => {
    const { component, open, order } = gated();
    await using engine = await runEngine({ Out: { component } });
    const send = (number: number, priority: Priority) =>
      engine.service.sendRequestAsync('Out', numbered(number), { priority });

    await send(0, 'Async');
    await expect.poll(async () => (await delivered(engine.messages)).length).toBe(1);
    for (const number of [1, 2]) {
      await send(40 + number, 'Async');
      await send(30 + number, 'SimSync');
      await send(20 + number, 'Sync');
      await send(10 + number, 'HighSync');
    }
    open();
    await engine.idle();

    expect(order).toEqual([11, 12, 21, 22, 31, 32, 41, 42]);
  });

  it('are kept through a restart, with the queue filled anew from the record', async () => {
    const { component, open, order } = gated();
    const stuck = defineOperation({
      description: 'Never comes back.',
      settings: none,
      onMessage: () => new Promise<undefined>(() => undefined),
    });
    await using engine = await runEngine({ Out: { component: stuck } });
    for (const priority of ['Async', 'SimSync', 'Sync', 'HighSync'] as const) {
      const lane = ['HighSync', 'Sync', 'SimSync', 'Async'].indexOf(priority) + 1;
      for (const number of [1, 2, 3]) {
        const body = numbered(10 * lane + number);
        await engine.service.sendRequestAsync('Out', body, { priority });
      }
    }

    open();
    await engine.crashAndRunAgain({ Out: { component } });
    await engine.idle();

    // The first one to come was claimed before the crash, and goes back to its lane as the others.
    expect(order).toEqual([11, 12, 13, 21, 22, 23, 31, 32, 33, 41, 42, 43]);
  });

  it('let a handler that waits overtake what nobody waits for', async () => {
    const { component, open, order } = gated();
    const asking = defineProcess({
      description: 'Waits for its answer.',
      settings: none,
      onRequest: ({ body }, { sendRequestSync }) => sendRequestSync('Out', body),
    });
    await using engine = await runEngine({ Between: { component: asking }, Out: { component } });
    for (let number = 0; number < 200; number += 1) {
      await engine.service.sendRequestAsync('Out', numbered(number));
    }
    await engine.service.sendRequestAsync('Between', numbered(1_000));
    const waiting = async () => (await engine.messages.messages({ host: 'Between' })).length;
    await expect.poll(waiting).toBe(2);

    open();
    await engine.idle();

    expect(order[0]).toBe(1_000);
    expect(order.slice(1)).toEqual(Array.from({ length: 199 }, (_, place) => place + 1));
  });
});

function delivered(messages: Awaited<ReturnType<typeof runEngine>>['messages']) {
  return messages.messages({ host: 'Out', status: 'Delivered' });
}
