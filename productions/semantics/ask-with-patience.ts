import { codeOf, defineProcess, duration, target } from '@consort/core';
import { z } from 'zod';

/** Waits for an answer, but not for ever: one that comes later is kept as Discarded. */
export default defineProcess({
  description: 'Asks, and goes on without an answer when it takes too long.',
  settings: z.object({ target: target(), patience: duration() }),

  async onRequest({ body }, { settings, sendRequestSync }) {
    try {
      return await sendRequestSync(settings.target, body, { timeout: settings.patience });
    } catch (error) {
      if (codeOf(error) !== 'REQUEST_TIMEOUT') throw error;
      return { type: 'no.answer' };
    }
  },
});
