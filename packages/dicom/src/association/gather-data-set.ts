import type { DataSetTarget } from './message-intake.ts';
import { invalidParameter } from './protocol-error.ts';

/**
 * Takes a small data set into memory.
 * @param most bytes; a larger one ends the association
 */
export function gatherDataSet(
  most: number,
  onWhole: (dataSet: Buffer) => Promise<unknown>,
): DataSetTarget {
  const parts: Buffer[] = [];
  let length = 0;
  return {
    write(bytes) {
      length += bytes.length;
      if (length > most) throw invalidParameter(`a data set of more than ${most} bytes`);
      parts.push(Buffer.from(bytes));
      return undefined;
    },
    async end() {
      await onWhole(Buffer.concat(parts, length));
    },
    discard: async () => undefined,
  };
}
