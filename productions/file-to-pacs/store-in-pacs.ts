import { defineProcess, target } from '@consort/core';
import { z } from 'zod';

/** The way back of the article's Demo.DICOM.Process.StorageLocal. */
export default defineProcess({
  description: 'Sends each image to the PACS; what the PACS answers is the answer.',
  settings: z.object({ pacs: target() }),

  onRequest(request, { settings, sendRequestSync }) {
    return sendRequestSync(settings.pacs, request.body);
  },
});
