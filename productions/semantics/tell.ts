import { defineProcess, target } from '@consort/core';
import { z } from 'zod';

/** Decides who is told of which alert: here everybody of everything. */
export default defineProcess({
  description: 'Passes alerts on to those who are told.',
  settings: z.object({ webhook: target({ async: true }) }),

  async onRequest({ body }, { settings, sendRequestAsync }) {
    await sendRequestAsync(settings.webhook, body);
  },
});
