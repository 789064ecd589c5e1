import { setTimeout as sleep } from 'node:timers/promises';
import { defineOperation, defineProcess } from '@consort/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { numbered, runEngine } from './run-engine.ts';

const none = z.object({});

/** Notes what it gets, in the order it gets it. */
function noting(order: number[], gate: Promise<void> = Promise.resolve()) {
  return defineOperation({
    description: 'Notes its numbers.',
    settings: none,
    async onMessage({ body }) {
      order.push(Number(body['number']));
      await gate;
    },
  });
}

describe('a queue', () => {
  it('keeps a thousand messages in order with poolSize 1, through a process to its operation', async () => {
    const order: number[] = [];
    const forwarding = defineProcess({
      description: 'Forwards.',
      settings: none,
      onRequest: ({ body }, { sendRequestAsync }) => sendRequestAsync('Out', body),
    });
    await using engine = await runEngine({
      Between: { component: forwarding },
      Out: { component: noting(order) },
    });

    const numbers = Array.from({ length: 1_000 }, (_, number) => number);
    for (const number of numbers)
      await engine.service.sendRequestAsync('Between', numbered(number));
    await until(() => order.length >= 1_000);
    expect(order).toEqual(numbers);
  });

  it('gives what somebody waits for before what nobody waits for, in the four lanes of IRIS', async () => {
    const order: number[] = [];
    const gate = Promise.withResolvers<void>();
    await using engine = await runEngine({ Out: { component: noting(order, gate.promise) } });
    const { service } = engine;

    await service.sendRequestAsync('Out', numbered(0));
    await until(() => order.length === 1);
    await service.sendRequestAsync('Out', numbered(4));
    await service.sendRequestAsync('Out', numbered(3), { priority: 'SimSync' });
    const waiting = service.accept('Out', numbered(2));
    await waiting;
    await service.sendRequestAsync('Out', numbered(1), { priority: 'HighSync' });
    gate.resolve();
    const answer = await (await waiting).answer(10_000);
    await answer.settle({ status: 'Completed' });
    await until(() => order.length === 5);
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });

  it('is worked off by as many workers as poolSize says, and no more', async () => {
    const gate = Promise.withResolvers<void>();
    const order: number[] = [];
    await using engine = await runEngine({
      Out: { component: noting(order, gate.promise), poolSize: 3 },
    });
    for (let number = 0; number < 5; number++) {
      await engine.service.sendRequestAsync('Out', numbered(number));
    }
    await until(() => order.length >= 3);
    const counts = await engine.messages.queues();
    expect(counts.find(({ host }) => host === 'Out')).toMatchObject({ queued: 2, delivered: 3 });
    gate.resolve();
    await engine.idle();
    expect(order).toHaveLength(5);
  });
});

describe('events of type Trace', () => {
  it('are kept of a host that says logTraceEvents, and of no other; the other types always are', async () => {
    const talking = defineOperation({
      description: 'Says something of each type.',
      settings: none,
      onMessage(_request, { log }) {
        for (const type of ['Assert', 'Error', 'Warning', 'Info', 'Trace', 'Alert'] as const) {
          log({ type, code: 'SAID', text: `an event of type ${type}` });
        }
      },
    });
    await using engine = await runEngine({
      Quiet: { component: talking },
      Loud: { component: talking, logTraceEvents: true },
    });
    await engine.service.sendRequestAsync('Quiet', numbered(1));
    await engine.service.sendRequestAsync('Loud', numbered(2));
    await engine.idle();

    const said = (name: string) =>
      engine.events.filter(({ host, code }) => host === name && code === 'SAID');
    const types = ['Assert', 'Error', 'Warning', 'Info', 'Trace', 'Alert'];
    expect(said('Loud').map(({ type }) => type)).toEqual(types);
    expect(said('Quiet').map(({ type }) => type)).toEqual(types.filter((one) => one !== 'Trace'));
    expect(said('Loud')[0]).toMatchObject({ sessionId: 2, messageId: 2 });
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}
