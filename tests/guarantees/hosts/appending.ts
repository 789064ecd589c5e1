import { appendFileSync } from 'node:fs';
import { defineOperation, path } from '@consort/core';
import { z } from 'zod';

const thrown = new Set<number>();

/** Writes each attempt down: the message and its number, one line each. */
export default defineOperation({
  description: 'Appends a line to a file for each message; throws where it is told to.',
  settings: z.object({
    file: path(),
    throwEvery: z
      .number()
      .default(Infinity)
      .meta({ description: 'Each message with such a number fails once in a run.' }),
  }),
  onMessage({ header: { id }, body }, { settings: { file, throwEvery } }) {
    const number = Number(body['number']);
    appendFileSync(file, `${id} ${number}\n`);
    if (number % throwEvery === 0 && !thrown.has(id)) {
      thrown.add(id);
      throw new Error('not at the first try');
    }
  },
});
