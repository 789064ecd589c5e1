import { expect, test } from 'vitest';
import { isFinished, mayBecome, transitions } from './message-status.ts';
import type { MessageStatus } from './message.ts';

/** Who may become what: a cross for each legal step, in the order of the statuses. */
const table = `
  Created     . X X X . X X X X
  Queued      . . X X . X X X X
  Delivered   . X . X X X X X X
  Completed   . . . . . . . . .
  Deferred    . . . X . X . X X
  Discarded   . . . . . . . . .
  Suspended   . X . . . X . X .
  Aborted     . . . . . . . . .
  Error       . . . . . . . . .`;

const statuses = Object.keys({
  Created: 0,
  Queued: 0,
  Delivered: 0,
  Completed: 0,
  Deferred: 0,
  Discarded: 0,
  Suspended: 0,
  Aborted: 0,
  Error: 0,
} satisfies Record<MessageStatus, 0>) as MessageStatus[];

test('there are nine statuses, with these steps and no others; four of them have no way out', () => {
  const drawn = statuses.map((from) => {
    const steps = statuses.map((to) => (mayBecome(from, to) ? 'X' : '.'));
    return `\n  ${from.padEnd(11)} ${steps.join(' ')}`;
  });
  expect(drawn.join('')).toBe(table);
  expect(Object.keys(transitions).toSorted()).toEqual(statuses.toSorted());
  expect(statuses.filter(isFinished)).toEqual(['Completed', 'Discarded', 'Aborted', 'Error']);
});
