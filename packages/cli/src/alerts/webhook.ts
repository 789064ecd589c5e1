import { defineOperation, duration, secret } from '@consort/core';
import { z } from 'zod';
import { alertToTell, notDelivered } from './alert-to-tell.ts';

const timeout = duration()
  .refine((value) => value > 0 && value !== Infinity, {
    message: 'a receiver that hangs would be waited for without end; write a time, like 10s',
  })
  .prefault('10s');

/**
 * `alert.webhook`: tells of an alert by an HTTP POST of JSON. `text` is the whole of it in a sentence, which is all that
 * Slack, Mattermost and Teams look at; the other keys are its facts.
 */
export default defineOperation({
  description: 'Tells of each alert by an HTTP POST of JSON with a text.',
  settings: z.object({
    url: secret()
      .refine((text) => /^https?:$/.test(protocolOf(text)), {
        message: 'write a URL that begins with https:// or http://',
      })
      .meta({
        description: 'Where it is posted to; secret, because such URLs usually hold a token.',
      }),
    authorization: secret()
      .optional()
      .meta({ description: 'The Authorization header, like Bearer ….' }),
    timeout: timeout.meta({ description: 'How long the receiver may take to answer.' }),
  }),

  async onMessage(request, { settings, production, signal }) {
    const { text, key, facts } = alertToTell(request, production);
    const { host } = new URL(settings.url);
    const { authorization } = settings;
    const ending = AbortSignal.any([signal, AbortSignal.timeout(settings.timeout)]);
    const response = await fetch(settings.url, {
      method: 'POST',
      redirect: 'error',
      signal: ending,
      headers: {
        'content-type': 'application/json',
        'idempotency-key': key,
        ...(authorization === undefined ? {} : { authorization }),
      },
      body: JSON.stringify({ text, ...facts }),
    }).catch((error: unknown) => {
      throw notDelivered(host, reasonOf(error));
    });
    await response.body?.cancel();
    if (!response.ok) throw notDelivered(host, `it answered ${response.status}`);
  },
});

function protocolOf(text: string): string {
  return URL.canParse(text) ? new URL(text).protocol : '';
}

/** Never the URL, which the words of `fetch` may hold. */
function reasonOf(error: unknown): string {
  const { name, cause } = error as { readonly name?: string; readonly cause?: { code?: string } };
  if (name === 'TimeoutError') return 'it did not answer in time';
  return cause?.code ?? name ?? 'no reason given';
}
