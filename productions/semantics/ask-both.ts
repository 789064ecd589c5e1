import { defineProcess, duration, target } from '@consort/core';
import { z } from 'zod';

/** Asks two operations at the same time and answers with what they said, as far as they said it in time. */
export default defineProcess({
  description: 'Asks left and right and puts their answers together.',
  settings: z.object({ left: target(), right: target(), within: duration() }),
  // Kept in the record from one handler to the next: a crash in between loses nothing of it.
  instance: z.object({ answers: z.record(z.string(), z.number()).default({}) }),

  async onRequest({ body }, { settings, sendRequestAsync, setTimer, log }) {
    for (const side of ['left', 'right'] as const) {
      await sendRequestAsync(settings[side], body, {
        responseRequired: true,
        completionKey: side,
        timeout: settings.within,
      });
    }
    await setTimer(50, 'tick');
    log({ type: 'Trace', code: 'ASKED', text: 'asked left and right' });
  },

  onResponse({ completionKey = '', body }, { instance }) {
    if (completionKey !== 'tick') instance.answers[completionKey] = Number(body?.['number']);
  },

  /** Without it, the first failure or timeout would end the instance in Error. */
  onError({ completionKey = '', error }, { log }) {
    log({ type: 'Warning', code: error.code, text: `no answer from ${completionKey}` });
  },

  onComplete: (_request, { instance }) => ({ type: 'answers', ...instance.answers }),
});
