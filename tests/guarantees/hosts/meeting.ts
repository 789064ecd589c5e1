import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineOperation, path } from '@consort/core';
import { z } from 'zod';

const inside = new Map<string, number>();

/** Writes down how many of its handlers run at a time; none leaves before so many have met once. */
export default defineOperation({
  description: 'Counts the handlers that run at the same time.',
  settings: z.object({
    file: path(),
    meet: z.number().meta({ description: 'How many have to meet before the first one leaves.' }),
  }),
  onInit: () => ({ hasMet: false }),
  async onMessage(_request, { host, settings: { file, meet }, state, signal }) {
    const now = (inside.get(host) ?? 0) + 1;
    inside.set(host, now);
    appendFileSync(file, `${now}\n`);
    if (now >= meet) state.hasMet = true;
    while (!state.hasMet && !signal.aborted) await sleep(5);
    await sleep(2);
    inside.set(host, (inside.get(host) ?? 0) - 1);
  },
});
