import {
  defineProcess,
  PermanentError,
  type Document,
  type DocumentStore,
  type MessageHeader,
} from '@consort/core';
import { z } from 'zod';
import { fileSource } from './header/byte-source.ts';
import { imageOf } from './image-of.ts';
import type { Facts } from './routing/condition.ts';
import { readFacts } from './routing/read-facts.ts';
import { compileRules, routeOf, ruleSettings, type Rules } from './routing/rules.ts';
import { storageResponse } from './storage-response.ts';

/**
 * `dicom.router`: sends each image where the rules in the production file say, by its elements, by who sent it and
 * when. An image that no rule holds for is an error, unless `otherwise` says what to do: none is lost in silence.
 */
export default defineProcess({
  description: 'Sends each image where its rules say.',
  settings: z.object({
    ...ruleSettings,
    answer: z.enum(['whenSent', 'atOnce']).default('whenSent').meta({
      description:
        'When the sender is answered: once every target has the image, or as soon as it is queued for them.',
    }),
  }),
  instance: z.object({ failed: z.array(z.string()).default([]) }),

  onInit: ({ settings }) => compileRules(settings),

  async onRequest(request, { settings, state, documents, sendRequestAsync, log }) {
    const { header, body } = request;
    const { document } = imageOf(request, 'routed');
    const facts = await factsOf(document, header, state, documents);
    const { targets, by } = routeOf(state, facts);
    if (!targets) {
      throw new PermanentError(
        'NO_RULE_HOLDS',
        `no rule holds for the image of message ${header.id}; add one, or otherwise: [] to discard such images`,
      );
    }
    const text = `by ${by.join(', ') || 'otherwise'} to ${targets.join(', ') || 'nobody'}`;
    log({ type: 'Trace', code: 'ROUTED', text });
    const isAwaited = settings.answer === 'whenSent';
    for (const target of targets) {
      const options = { responseRequired: true, completionKey: target };
      await sendRequestAsync(target, body, isAwaited ? options : {});
    }
  },

  onResponse() {
    // That target has it.
  },

  onError({ completionKey = '', error }, { instance }) {
    instance.failed.push(`${completionKey} (${error.code})`);
  },

  onComplete(request, { instance: { failed } }) {
    if (failed.length === 0) return storageResponse(request);
    throw new PermanentError('REQUEST_FAILED', `the image is not at ${failed.join(', ')}`);
  },
});

async function factsOf(
  { digest, size, transferSyntaxUid }: Document,
  { arrival, timeCreated }: MessageHeader,
  rules: Rules,
  documents: DocumentStore,
): Promise<Facts> {
  const handle = await documents.open(digest);
  try {
    return await readFacts(rules, fileSource(handle, size), transferSyntaxUid, {
      callingAeTitle: arrival?.callingAeTitle ?? '',
      calledAeTitle: arrival?.calledAeTitle ?? '',
      peerAddress: arrival?.peerAddress ?? '',
      // The time it came, so that a run after a crash decides as the first.
      now: new Date(timeCreated),
    });
  } finally {
    await handle.close();
  }
}
