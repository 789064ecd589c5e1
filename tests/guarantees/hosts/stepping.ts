import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { defineProcess, duration, path, target } from '@consort/core';
import { z } from 'zod';

/** Passes its request on and waits for the answer; writes its steps down, and stands still at the one it is told to. */
export default defineProcess({
  description: 'Passes its request on, a step at a time.',
  settings: z.object({
    target: target().optional(),
    timeout: duration().default(Infinity),
    file: path(),
    stopAt: path().meta({ description: 'A file that names the step to stand still at.' }),
  }),
  async onRequest({ body }, { host, settings, sendRequestSync }) {
    const { target: next, timeout, file, stopAt } = settings;

    async function step(what: string): Promise<void> {
      const name = `${Number(body['number'])} ${host} ${what}`;
      appendFileSync(file, `${name}\n`);
      const isHere = existsSync(stopAt) && readFileSync(stopAt, 'utf8') === name;
      // For ever: only a kill ends it.
      if (isHere) await new Promise<never>(() => undefined);
    }

    await step('begins');
    const answer = next ? await sendRequestSync(next, body, { timeout }) : body;
    await step('ends');
    return answer;
  },
});
