import { defineProcess, target } from '@consort/core';
import { storageResponse } from '@consort/dicom';
import { z } from 'zod';

/** Sends each image to two operations and answers when both have it: its request is Deferred meanwhile. */
export default defineProcess({
  description: 'Waits for two operations without holding a worker.',
  settings: z.object({ operations: z.array(target({ async: true })) }),
  instance: z.object({ done: z.array(z.string()).default([]) }),

  async onRequest({ body }, { settings: { operations }, sendRequestAsync }) {
    for (const operation of operations) {
      const options = { responseRequired: true, completionKey: operation };
      await sendRequestAsync(operation, body, options);
    }
  },

  onResponse({ completionKey = '' }, { instance }) {
    instance.done.push(completionKey);
  },

  onError({ completionKey = '' }, { instance }) {
    instance.done.push(`without ${completionKey}`);
  },

  onComplete(request) {
    return storageResponse(request);
  },
});
