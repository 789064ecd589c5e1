import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { defineService, path, target } from '@consort/core';
import { z } from 'zod';

/** Sends numbers as fast as they are recorded; each start goes on after the last number that it knows is recorded. */
export default defineService({
  description: 'Sends numbers to a host, and writes down which ones are recorded.',
  settings: z.object({ target: target({ async: true }), count: z.number(), told: path() }),

  async onInit({ settings: { target: to, count, told }, sendRequestAsync, signal }) {
    const before = existsSync(told) ? readFileSync(told, 'utf8').split('\n').length - 1 : 0;
    const closing = new AbortController();
    const isOver = () => closing.signal.aborted || signal.aborted;

    async function feed(): Promise<void> {
      for (let next = before + 1; next <= count && !isOver();) {
        const length = Math.min(50, count - next + 1);
        const numbers = Array.from({ length }, (_, place) => next + place);
        await Promise.all(
          numbers.map((number) => sendRequestAsync(to, { type: 'test.number', number })),
        );
        appendFileSync(told, numbers.map((number) => `${number}\n`).join(''));
        next += length;
      }
    }

    return { closing, feeding: feed() };
  },

  async onTearDown({ closing, feeding }) {
    closing.abort();
    await feeding;
  },
});
