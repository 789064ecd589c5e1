import { defineOperation } from '@consort/core';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { numbered, runEngine } from '../engine/run-engine.ts';
import { describeWith } from '../house/peers.ts';

describeWith(['redis'], 'two workers on one message', () => {
  it('of two that claim at the same time, one gets it', async () => {
    await using engine = await runEngine({});
    await queueOne(engine.messages);

    const claims = await Promise.all(
      ['one', 'other'].map((owner) => engine.messages.claim('Out', 2, owner)),
    );

    expect(claims.filter((claimed) => claimed !== undefined)).toHaveLength(1);
  });

  it('the one that was taken for dead commits too late: it is refused, and the other’s end stands', async () => {
    const handlers: ((body: ReturnType<typeof numbered>) => void)[] = [];
    const component = defineOperation({
      description: 'Ends when the test says so.',
      settings: z.object({}),
      onMessage: () =>
        new Promise<ReturnType<typeof numbered>>((resolve) => void handlers.push(resolve)),
    });
    await using engine = await runEngine({ Out: { component, poolSize: 2 } });
    const accepted = await engine.service.accept('Out', numbered(1));
    await expect.poll(() => handlers.length).toBe(1);

    // What a start does for an owner that it takes for dead; the sweep gives the message to the second worker.
    expect(await engine.messages.recover(['Out'], [])).toBe(1);
    await expect.poll(() => handlers.length, { timeout: 20_000 }).toBe(2);
    handlers[0]?.(numbered(111));
    await expect.poll(() => lost(engine.events), { timeout: 20_000 }).toHaveLength(1);
    expect((await engine.messages.message(accepted.messageId))?.header.status).toBe('Delivered');
    handlers[1]?.(numbered(222));
    const answer = await accepted.answer(20_000);
    await answer.settle({ status: 'Completed' });
    await engine.idle();

    expect(answer.body?.['number']).toBe(222);
    expect(lost(engine.events)[0]).toMatchObject({ host: 'Out', messageId: accepted.messageId });
    const legs = await engine.session(accepted.sessionId);
    expect(legs.map(({ header }) => [header.type, header.status])).toEqual([
      ['Request', 'Completed'],
      ['Response', 'Completed'],
    ]);
  });
});

type Engine = Awaited<ReturnType<typeof runEngine>>;

function queueOne(messages: Engine['messages']) {
  return messages.send({
    source: 'In',
    sourceType: 'BusinessService',
    target: 'Out',
    targetType: 'BusinessOperation',
    body: numbered(1),
    priority: 'Async',
    responseRequired: false,
  });
}

function lost(events: Engine['events']) {
  return events.filter(({ code }) => code === 'CLAIM_LOST');
}
