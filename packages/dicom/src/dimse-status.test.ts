import { describe, expect, it } from 'vitest';
import { dimseStatusInWords, isDone, statusHex } from './dimse-status.ts';

describe('a DIMSE status', () => {
  it.each([
    [0x0000, '0000', true, 'Success'],
    [0xb006, 'B006', true, 'Warning: elements discarded'],
    [0xa701, 'A701', false, 'Refused: out of resources'],
    [0xa900, 'A900', false, 'Error: data set does not match SOP class'],
    [0xc123, 'C123', false, 'Error: cannot understand'],
    [0x0110, '0110', false, 'processing failure'],
    [0x4711, '4711', false, 'unknown status'],
  ])('%i is read as the standard says', (status, hex, done, words) => {
    expect([statusHex(status), isDone(status), dimseStatusInWords(status)]).toEqual([
      hex,
      done,
      words,
    ]);
  });
});
