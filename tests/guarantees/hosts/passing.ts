import { defineProcess, target } from '@consort/core';
import { z } from 'zod';

/** Passes its request on, and waits for nobody. */
export default defineProcess({
  description: 'Passes its request on.',
  settings: z.object({ target: target({ async: true }) }),
  onRequest: ({ body }, { settings, sendRequestAsync }) => sendRequestAsync(settings.target, body),
});
