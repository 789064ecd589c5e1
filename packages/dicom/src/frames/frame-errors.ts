import { PermanentError } from '@consort/core';

/** @param what completes `the frames of the image cannot be told apart: …`; never a value of an element but numbers */
export function framesUnreadable(what: string): PermanentError {
  return new PermanentError(
    'FRAMES_UNREADABLE',
    `the frames of the image cannot be told apart: ${what}`,
  );
}
