import { createHash } from 'node:crypto';
import { defineProcess, duration, target, type MessageBody } from '@consort/core';
import { z } from 'zod';

/**
 * Collects the images of a study. Each image is put in the book, which answers when its study has gone on, and sets
 * a timer. When the timer of the newest image runs down, nothing more has come: the study goes on as one message.
 */
export default defineProcess({
  description: 'Collects each study until no more of it comes, then sends it on.',
  settings: z.object({
    book: target().meta({ description: 'The operation that knows which studies are open.' }),
    sender: target({ async: true }).meta({ description: 'What gets the studies.' }),
    quiet: duration()
      .default(5_000)
      .meta({ description: 'A study goes on when none of its images has come for so long.' }),
  }),

  async onRequest({ body }, { settings: { book, quiet }, sendRequestAsync, setTimer }) {
    const image = { ...body, type: 'study.image', study: studyOf(body) };
    // In the lane of the question below, which must not overtake it.
    const options = { responseRequired: true, completionKey: 'gone', priority: 'Sync' } as const;
    await sendRequestAsync(book, image, options);
    await setTimer(quiet, 'quiet');
  },

  async onResponse({ completionKey, body }, context) {
    const { request, settings, sendRequestSync, sendRequestAsync } = context;
    if (completionKey === 'quiet') {
      const question = { type: 'study.quiet', study: studyOf(request.body) };
      const study = await sendRequestSync(settings.book, question);
      const options = { responseRequired: true, completionKey: 'sent' };
      if (study) await sendRequestAsync(settings.sender, study, options);
    }
    if (completionKey === 'sent') await sendRequestAsync(settings.book, { type: 'study.gone' });
    if (completionKey === 'gone' && body?.type === 'study.failed') throw new Error(notSent);
  },

  async onError({ completionKey, error }, { settings, sendRequestAsync }) {
    if (completionKey !== 'sent') throw new Error(error.text);
    await sendRequestAsync(settings.book, { type: 'study.failed' });
  },
});

const notSent = 'the study could not be sent on; the trace of its newest image says why';

/** Names the study of an image; an image without a study is one by itself. */
function studyOf({ document }: MessageBody): string {
  const { studyInstanceUid, sopInstanceUid } = document?.attributes ?? {};
  return createHash('sha256')
    .update(studyInstanceUid ?? sopInstanceUid ?? '')
    .digest('hex');
}
