import { defineProcess } from '@consort/core';
import { z } from 'zod';

const approval = z.object({ token: z.string() });

/** Answers in the place of whoever has put a request aside. */
export default defineProcess({
  description: 'Approves what it is told of.',
  settings: z.object({}),

  async onRequest({ body }, { sendDeferredResponse }) {
    await sendDeferredResponse(approval.parse(body).token, { type: 'approved' });
  },
});
