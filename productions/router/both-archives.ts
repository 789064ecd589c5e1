import { defineProcess, duration, target } from '@consort/core';
import { storageResponse } from '@consort/dicom';
import { z } from 'zod';

/** Sends each image to every archive at once, and answers the PACS when all of them have it. */
export default defineProcess({
  description: 'Sends each image to all archives, then answers the PACS.',
  settings: z.object({
    archives: z
      .array(target({ async: true }))
      .min(2)
      .meta({ description: 'The operations that get each image.' }),
    timeout: duration()
      .default(7_000)
      .meta({ description: 'How long an archive may take; shorter than the PACS waits.' }),
  }),
  instance: z.object({ without: z.array(z.string()).default([]) }),

  async onRequest({ body }, { settings: { archives, timeout }, sendRequestAsync }) {
    for (const archive of archives) {
      const options = { responseRequired: true, completionKey: archive, timeout };
      await sendRequestAsync(archive, body, options);
    }
  },

  onResponse() {
    // That archive has it.
  },

  onError({ completionKey = '', error }, { instance, log }) {
    instance.without.push(completionKey);
    log({ type: 'Warning', code: error.code, text: `not in ${completionKey}: ${error.text}` });
  },

  onComplete(request, { instance: { without } }) {
    if (without.length === 0) return storageResponse(request);
    // Refused, out of resources (PS3.4 section B.2.3): the PACS keeps the image and can send it again.
    return storageResponse(request, { status: 0xa700, comment: `not in ${without.join(', ')}` });
  },
});
