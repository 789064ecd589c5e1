import { defineProcess, target } from '@consort/core';
import { storageResponse } from '@consort/dicom';
import { z } from 'zod';

/** Sends each image to all targets and waits for none. */
export default defineProcess({
  description: 'Sends each image to all targets.',
  settings: z.object({ targets: z.array(target({ async: true })) }),
  async onRequest(request, { settings: { targets }, sendRequestAsync }) {
    for (const one of targets) await sendRequestAsync(one, request.body);
    return storageResponse(request);
  },
});
