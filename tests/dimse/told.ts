import { defineProcess } from '@consort/core';
import { isNotification } from '@consort/dicom';
import { z } from 'zod';

/** Is told of associations; the record keeps what it was told. */
export default defineProcess({
  description: 'Is told of associations.',
  settings: z.object({}),
  onRequest({ body }) {
    if (!isNotification(body)) throw new Error(`told a ${body.type}`);
  },
});
