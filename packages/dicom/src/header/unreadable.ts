import { PermanentError } from '@consort/core';

/**
 * The error of a data set that cannot be read.
 * @param what completes `at byte 12 …`; never a value of an element
 */
export function unreadable(position: number, what: string): PermanentError {
  return new PermanentError(
    'DATA_SET_UNREADABLE',
    `the data set cannot be read: at byte ${position} ${what}; look at it with dcmdump, and at the transfer syntax it is said to have`,
  );
}
