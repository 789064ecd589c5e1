/** Says whether a C-STORE was done: Success or a warning (PS3.7 annex C, PS3.4 section B.2.3). */
export function isDone(status: number): boolean {
  return status === 0 || (status & 0xf000) === 0xb000 || [0x0001, 0x0107, 0x0116].includes(status);
}

/** Says whether more responses follow (PS3.7 section C.1.1: Pending). */
export function isPending(status: number | undefined): boolean {
  return status === 0xff00 || status === 0xff01;
}

/** Four upper-case hex digits, as the standard writes a status. */
export function statusHex(status: number): string {
  return status.toString(16).toUpperCase().padStart(4, '0');
}

/** A status of a C-STORE or C-ECHO in the words of the standard (PS3.7 annex C, PS3.4 table B.2-1). */
export function dimseStatusInWords(status: number): string {
  const known = exact[status] ?? byFirstByte[status >> 8] ?? byFirstDigit[status >> 12];
  return known ?? 'unknown status';
}

const exact: Readonly<Record<number, string>> = {
  0x0000: 'Success',
  0x0105: 'no such attribute',
  0x0106: 'invalid attribute value',
  0x0107: 'Warning: attribute list error',
  0x0110: 'processing failure',
  0x0111: 'duplicate SOP instance',
  0x0112: 'no such SOP instance',
  0x0115: 'invalid argument value',
  0x0116: 'Warning: attribute value out of range',
  0x0117: 'invalid object instance',
  0x0118: 'no such SOP class',
  0x0119: 'class-instance conflict',
  0x0120: 'missing attribute',
  0x0121: 'missing attribute value',
  0x0122: 'Refused: SOP class not supported',
  0x0124: 'Refused: not authorized',
  0x0210: 'duplicate invocation',
  0x0211: 'unrecognized operation',
  0x0212: 'mistyped argument',
  0x0213: 'resource limitation',
  0xb000: 'Warning: coercion of data elements',
  0xb006: 'Warning: elements discarded',
  0xb007: 'Warning: data set does not match SOP class',
  0xfe00: 'cancelled',
};

const byFirstByte: Readonly<Record<number, string>> = {
  0xa7: 'Refused: out of resources',
  0xa9: 'Error: data set does not match SOP class',
};

const byFirstDigit: Readonly<Record<number, string>> = {
  0xa: 'Failure',
  0xb: 'Warning',
  0xc: 'Error: cannot understand',
};
