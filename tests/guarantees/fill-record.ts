import type { MessageStore } from '@consort/core';
import type { CustomProduction } from './custom-production.ts';

const batch = 1_000;

/** Records numbers as queued messages to an operation, as a service would have sent them, while nothing runs. */
export async function fillRecord(
  production: CustomProduction,
  target: string,
  count: number,
): Promise<void> {
  await production.record(async (store: MessageStore) => {
    for (let number = 1; number <= count; number += batch) {
      const length = Math.min(batch, count - number + 1);
      await Promise.all(
        Array.from({ length }, (_, place) =>
          store.send({
            source: 'Feed',
            sourceType: 'BusinessService',
            target,
            targetType: 'BusinessOperation',
            body: { type: 'test.number', number: number + place },
            priority: 'Async',
            responseRequired: false,
          }),
        ),
      );
    }
  });
}
