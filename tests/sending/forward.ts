import { defineProcess, target } from '@consort/core';
import { z } from 'zod';

/** Sends each image on; what the peer there answers is the answer. */
export default defineProcess({
  description: 'Sends each image on and answers with what the peer answered.',
  settings: z.object({ target: target() }),
  onRequest: ({ body }, { settings, sendRequestSync }) => sendRequestSync(settings.target, body),
});
