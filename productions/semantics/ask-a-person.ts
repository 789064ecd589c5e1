import { defineOperation, target } from '@consort/core';
import { z } from 'zod';

/** Its response is given by another host, later: whoever has the token. */
export default defineOperation({
  description: 'Puts its request aside until somebody approves it.',
  settings: z.object({ approval: target({ async: true }) }),

  async onMessage(_request, { settings, deferResponse, sendRequestAsync }) {
    const token = await deferResponse();
    await sendRequestAsync(settings.approval, { type: 'approval', token });
  },
});
