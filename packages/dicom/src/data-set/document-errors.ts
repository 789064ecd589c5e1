import { PermanentError } from '@consort/core';

/** The error of a message that brings no data set. */
export function noDataSet(type: string): PermanentError {
  return new PermanentError(
    'NOT_A_STORAGE_REQUEST',
    `the data set of a ${type} cannot be read: it has none; give the body of a C-STORE request`,
  );
}
