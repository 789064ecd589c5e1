import { createHash, type Hash } from 'node:crypto';

/**
 * Digests of the data sets that are whole in what a peer says, in the order of their ends: fragments put together as
 * PS3.8 section 9.3.5 has it, by code that shares nothing with the door under test.
 */
export function dataSetsSaidIn(said: Buffer): readonly string[] {
  const digests: string[] = [];
  let hash: Hash | undefined;
  for (let at = 0; at + 6 <= said.length;) {
    const end = at + 6 + said.readUInt32BE(at + 2);
    // Of a PDU that is cut off, what came whole counts: the door takes values as they come.
    if (said[at] === 0x04) {
      for (const { isData, isLast, value } of valuesIn(said.subarray(at + 6, end))) {
        if (!isData) continue;
        hash = (hash ?? createHash('sha256')).update(value);
        if (!isLast) continue;
        digests.push(hash.digest('hex'));
        hash = undefined;
      }
    }
    at = end;
  }
  return digests;
}

/** Says whether each digest is among the others, in the same order. */
export function areInOrder(some: readonly string[], all: readonly string[]): boolean {
  let at = 0;
  return some.every((digest) => {
    const found = all.indexOf(digest, at);
    at = found + 1;
    return found >= 0;
  });
}

/** The presentation data values of a PDU; its message control header says which kind (PS3.8 annex E.2). */
function valuesIn(pdu: Buffer) {
  const values: { isData: boolean; isLast: boolean; value: Buffer }[] = [];
  for (let at = 0; at + 6 <= pdu.length;) {
    const end = at + 4 + pdu.readUInt32BE(at);
    const control = pdu.readUInt8(at + 5);
    if (end > pdu.length || end < at + 6) break;
    values.push({
      isData: (control & 1) === 0,
      isLast: (control & 2) !== 0,
      value: pdu.subarray(at + 6, end),
    });
    at = end;
  }
  return values;
}
