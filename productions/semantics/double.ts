import { setTimeout as sleep } from 'node:timers/promises';
import { defineOperation, duration } from '@consort/core';
import { z } from 'zod';

/** Answers with twice the number; counts what it has answered since it was started. */
export default defineOperation({
  description: 'Doubles a number.',
  settings: z.object({ pause: duration().prefault('0s') }),

  onInit: () => ({ answered: 0 }),
  onTearDown({ answered }) {
    process.stdout.write(`${answered} numbers doubled\n`);
  },

  async onMessage({ body }, { settings, state, signal }) {
    await sleep(settings.pause, undefined, { signal });
    state.answered += 1;
    return { type: 'number', number: 2 * Number(body['number']) };
  },
});
