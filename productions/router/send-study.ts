import { defineProcess, target, type MessageBody } from '@consort/core';
import { z } from 'zod';

const images = z.array(z.custom<MessageBody>());

/** Sends the images of a study on, one after the other. */
export default defineProcess({
  description: 'Sends the images of a study to an archive, in the order in which they came.',
  settings: z.object({ archive: target() }),

  async onRequest({ body }, { settings, sendRequestSync }) {
    for (const image of images.parse(body['images'])) {
      await sendRequestSync(settings.archive, image);
    }
  },
});
