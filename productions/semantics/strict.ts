import { defineOperation, PermanentError } from '@consort/core';
import { z } from 'zod';

/** Takes even numbers. Trying an odd one again would be no use, which is what a PermanentError says. */
export default defineOperation({
  description: 'Takes even numbers, refuses odd ones.',
  settings: z.object({}),

  onMessage({ header, body }) {
    if (Number(body['number']) % 2 === 0) return { type: 'taken' };
    throw new PermanentError('FILE_EXISTS', `message ${header.id} has an odd number; edit it`);
  },
});
