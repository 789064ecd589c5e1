import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MessageStore } from '@consort/core';
import { testAlertFacts } from './message-store/alert-facts.ts';
import { testAlerting } from './message-store/alerting.ts';
import { testAnswering } from './message-store/answering.ts';
import { testAssigning } from './message-store/assigning.ts';
import { fromService } from './message-store/example-messages.ts';
import { testFinishing } from './message-store/finishing.ts';
import { testImages } from './message-store/images.ts';
import { testMeasuring } from './message-store/measuring.ts';
import { testReturning } from './message-store/returning.ts';
import { testInstances } from './message-store/instances.ts';
import { testOperating } from './message-store/operating.ts';
import { testReading } from './message-store/reading.ts';
import { testRecovering } from './message-store/recovering.ts';
import { testSearching } from './message-store/searching.ts';
import { testSending } from './message-store/sending.ts';

/**
 * The contract of the message store as tests; every implementation runs them.
 * @param open opens a new, empty store; the tests close it
 */
export function testMessageStore(name: string, open: () => Promise<MessageStore>): void {
  describe(`${name} as a message store`, () => {
    let store: MessageStore;

    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const subject = () => store;
    testSending(subject);
    testAnswering(subject);
    testAssigning(subject);
    testFinishing(subject);
    testRecovering(subject);
    testReading(subject);
    testAlertFacts(subject);
    testAlerting(subject);
    testImages(subject);
    testReturning(subject);
    testOperating(subject);
    testInstances(subject);
    testMeasuring(subject);
    testSearching(subject);

    test('flush resolves, also for many callers at the same time', async () => {
      await store.send(fromService);
      await Promise.all(Array.from({ length: 20 }, () => store.flush()));
    });

    test('a closed store refuses every call', async () => {
      await store.close();
      await expect(store.send(fromService)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      await expect(store.flush()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    });
  });
}
