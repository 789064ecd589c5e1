import { defineProcess, target } from '@consort/core';
import { storageResponse } from '@consort/dicom';
import { z } from 'zod';

/** The article's Demo.DICOM.Process.StorageLocal. */
export default defineProcess({
  description: 'Stores each image through the file operation, then answers the PACS.',
  settings: z.object({ fileOperation: target() }),

  async onRequest(request, { settings, sendRequestSync }) {
    await sendRequestSync(settings.fileOperation, request.body);
    return storageResponse(request);
  },
});
