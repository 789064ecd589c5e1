import { defineProcess, target } from '@consort/core';
import { setValuesAt, storageResponse } from '@consort/dicom';
import { z } from 'zod';

export default defineProcess({
  description: 'Writes the name of the institution into each image, sends it on, then answers.',
  settings: z.object({
    operation: target().meta({ description: 'Where the images go.' }),
    institution: z.string().meta({ description: 'The Institution Name (0008,0080) they get.' }),
  }),

  async onRequest(request, { documents, settings, sendRequestSync }) {
    const stamped = await setValuesAt(request.body, documents, {
      'DataSet.InstitutionName': settings.institution,
    });
    await sendRequestSync(settings.operation, stamped);
    return storageResponse(request);
  },
});
