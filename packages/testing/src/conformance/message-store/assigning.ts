import { expect, test, vi } from 'vitest';
import type { ClaimedMessage } from '@consort/core';
import {
  claimer,
  done,
  fromProcess,
  fromService,
  statusReader,
  type Subject,
} from './example-messages.ts';

const completed = { status: 'Completed', body: done } as const;

/** The part of the contract about claims that the record makes by itself. */
export function testAssigning(store: Subject): void {
  const claim = claimer(store);
  const statusOf = statusReader(store);

  /** Has a host assigned; the ids it was handed, in order, and the messages. */
  function assigned(host: string, poolSize = 1, atOnce = poolSize) {
    const messages: ClaimedMessage[] = [];
    const end = store().assign(host, { poolSize, atOnce }, 'worker', (message) => {
      messages.push(message);
    });
    return { messages, end, ids: () => messages.map(({ header }) => header.id) };
  }

  test('what is sent to an assigned host is claimed for it and handed over', async () => {
    const { messages, ids } = assigned('Process');
    const { id } = await store().send(fromService);
    await vi.waitFor(() => expect(ids()).toEqual([id]));
    expect(messages[0]).toMatchObject({
      header: { id, status: 'Delivered' },
      body: fromService.body,
      claim: { messageId: id, fence: 1 },
    });
    expect(await store().claim('Process', 2, 'other')).toBeUndefined();
    await store().finish(messages[0]!.claim, completed);
    expect(await statusOf(id)).toBe('Completed');
  });

  test('the next one is handed over with the end of the one before, in order, never more than poolSize', async () => {
    const { messages, ids } = assigned('Process', 2);
    const sent: number[] = [];
    for (let count = 0; count < 5; count += 1) sent.push((await store().send(fromService)).id);
    await vi.waitFor(() => expect(ids()).toEqual(sent.slice(0, 2)));
    for (let ended = 0; ended < 5; ended += 1) {
      await store().finish(messages[ended]!.claim, completed);
      await vi.waitFor(() => expect(ids()).toEqual(sent.slice(0, Math.min(5, ended + 3))));
    }
  });

  test('what was queued before is claimed first, once something new has come', async () => {
    const before = await store().send(fromService);
    const { ids } = assigned('Process', 2);
    await store().flush();
    expect(ids()).toEqual([]);
    const after = await store().send(fromService);
    await vi.waitFor(() => expect(ids()).toEqual([before.id, after.id]));
  });

  test('a message that was claimed otherwise makes room too', async () => {
    await store().send(fromService);
    const other = await claim('Process');
    const { ids } = assigned('Process');
    const { id } = await store().send(fromService);
    await store().flush();
    expect(ids()).toEqual([]);
    await store().finish(other.claim, completed);
    const third = await store().send(fromService);
    await vi.waitFor(() => expect(ids()).toEqual([id]));
    expect(await statusOf(third.id)).toBe('Queued');
  });

  test('the answers for a service are handed over as they come, at most atOnce', async () => {
    const { messages } = assigned('Service', 1, 2);
    for (let count = 0; count < 3; count += 1) {
      await store().send(fromService);
      await store().finish((await claim('Process')).claim, completed);
    }
    await vi.waitFor(() => expect(messages).toHaveLength(2));
    expect(messages[0]).toMatchObject({ header: { type: 'Response' }, body: done });
    await store().finish(messages[0]!.claim, { status: 'Completed' });
    await vi.waitFor(() => expect(messages).toHaveLength(3));
  });

  test('what a handler sends is handed over with the answer to its send', async () => {
    await store().send(fromService);
    const parent = await claim('Process');
    const { ids } = assigned('Operation');
    const { id } = await store().send(fromProcess(parent, 0));
    await vi.waitFor(() => expect(ids()).toEqual([id]));
  });

  test('nothing is handed to a host that is disabled, or whose assignment has ended', async () => {
    const { ids, end } = assigned('Process');
    await store().disableHost({ name: 'Process', since: '2026-01-01T00:00:00Z', by: 'test' });
    const { id } = await store().send(fromService);
    await store().enableHost('Process');
    end();
    await store().send(fromService);
    await store().flush();
    expect(ids()).toEqual([]);
    expect((await claim('Process')).header.id).toBe(id);
  });

  test('a message that was on its way when the assignment ended is queued again', async () => {
    const { ids, end } = assigned('Process');
    const sending = store().send(fromService);
    // The call is on its way by then, and the end of the assignment comes after it.
    await new Promise((resolve) => process.nextTick(resolve));
    end();
    const { id } = await sending;
    await vi.waitFor(async () => expect(await statusOf(id)).toBe('Queued'));
    expect(ids()).toEqual([]);
    expect((await claim('Process')).header.id).toBe(id);
  });
}
