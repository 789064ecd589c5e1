import type { DataSetTarget } from './message-intake.ts';
import { invalidParameter } from './protocol-error.ts';

// An identifier is a few short elements, and what we ask for has one match.
const largestIdentifier = 64 * 1024;
const mostIdentifiers = 100;

/** The identifiers of the matches of one C-FIND (PS3.4 section C.4.1.1.3), as they come; bounded, however many come. */
export class FoundIdentifiers {
  readonly identifiers: Buffer[] = [];

  /**
   * Begins the identifier of the next pending response.
   * @throws ProtocolError when there are too many; the target does when one is too long
   */
  next(): DataSetTarget {
    if (this.identifiers.length === mostIdentifiers) {
      throw invalidParameter(`more than ${mostIdentifiers} matches for one object`);
    }
    const parts: Buffer[] = [];
    let length = 0;
    return {
      write: (bytes) => {
        length += bytes.length;
        if (length > largestIdentifier) {
          throw invalidParameter(`an identifier of more than ${largestIdentifier} bytes`);
        }
        parts.push(Buffer.from(bytes));
        return undefined;
      },
      end: () => void this.identifiers.push(Buffer.concat(parts)),
      discard: async () => undefined,
    };
  }
}
