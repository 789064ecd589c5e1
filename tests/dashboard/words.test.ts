import { messageStatuses, type MessageHeader } from '@consort/core';
import { expect, test } from 'vitest';
import { statusWords as wordsOfCommandLine } from '../../packages/cli/src/status-words.ts';
import { statuses } from '../../packages/dashboard/web/messages/message-filter.ts';
import { statusWords as wordsOfApp } from '../../packages/dashboard/web/words/message-status.ts';

test('the app knows every status', () => {
  expect(statuses).toEqual(messageStatuses);
});

test('the app calls every status what the command line calls it', () => {
  const requests = [undefined, '0000', 'abort', 'none', 'taken'].map((status) =>
    header(status ? { answered: { status, time: '2026-01-01T00:00:00Z' } } : {}),
  );
  const headers = messageStatuses.flatMap((status) =>
    (['Request', 'Response'] as const).flatMap((type) =>
      [0, 2].flatMap((attempts) =>
        [{}, { isError: true }, { isPartial: true as const }].map((more) =>
          header({ status, type, attempts, targetBusinessType: 'BusinessService', ...more }),
        ),
      ),
    ),
  );
  const pairs = headers.flatMap((one) => requests.map((request) => [one, request] as const));
  expect(pairs.map(([one, request]) => wordsOfApp(one, request))).toEqual(
    pairs.map(([one, request]) => wordsOfCommandLine(one, request)),
  );
  expect(new Set(pairs.map(([one, request]) => wordsOfApp(one, request))).size).toBeGreaterThan(10);
});

function header(more: Partial<MessageHeader>): MessageHeader {
  return {
    id: 1,
    sessionId: 1,
    type: 'Request',
    invocation: 'Queue',
    priority: 'Async',
    status: 'Completed',
    sourceConfigName: 'a',
    targetConfigName: 'b',
    sourceBusinessType: 'BusinessProcess',
    targetBusinessType: 'BusinessProcess',
    targetQueueName: 'b',
    timeCreated: '2026-01-01T00:00:00Z',
    isError: false,
    attempts: 0,
    ...more,
  };
}
