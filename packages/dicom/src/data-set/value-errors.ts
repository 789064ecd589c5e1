import { PermanentError } from '@consort/core';

/**
 * The error of a value that an element may not have.
 * @param name where it was to stand, a keyword or a path; never the value
 * @param what completes `PatientID …`
 */
export function valueInvalid(name: string, what: string): PermanentError {
  return new PermanentError('VALUE_INVALID', `${name} cannot be encoded: ${what}`);
}
