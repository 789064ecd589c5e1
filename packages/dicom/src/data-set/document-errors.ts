import { codeOf, PermanentError } from '@consort/core';

/** The error of a message that brings no data set. */
export function noDataSet(type: string): PermanentError {
  return new PermanentError(
    'NOT_A_STORAGE_REQUEST',
    `the data set of a ${type} cannot be read: it has none; give the body of a C-STORE request`,
  );
}

/**
 * Says of a stored document that cannot be read that it was accepted all the same: a data set is read no further than
 * its head before that, and a sequence that says its length is passed over there.
 * @throws PermanentError DATA_SET_UNREADABLE; what else the reading throws
 */
export async function readingOfStored<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (codeOf(error) !== 'DATA_SET_UNREADABLE') throw error;
    throw new PermanentError(
      'DATA_SET_UNREADABLE',
      `${(error as Error).message}; its bytes are stored as they came, and what does not read them (dicom.file-operation, dicom.tcp-operation) works with it`,
      { cause: error },
    );
  }
}
