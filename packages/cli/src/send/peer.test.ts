import { describe, expect, it } from 'vitest';
import { dimseStatusInWords, isDone, statusHex } from './dimse-status.ts';
import { parseAddress } from './peer.ts';

describe('the address of a peer', () => {
  it('is AET@HOST:PORT', () => {
    expect(parseAddress('ORTHANC@127.0.0.1:4242')).toEqual({
      calledAeTitle: 'ORTHANC',
      host: '127.0.0.1',
      port: 4242,
    });
  });

  it('may have an IPv6 address, and a title with spaces or @ in it', () => {
    expect(parseAddress('MY PACS@[::1]:104')).toMatchObject({
      calledAeTitle: 'MY PACS',
      host: '::1',
    });
    expect(parseAddress('A@B@pacs.example:104')).toMatchObject({
      calledAeTitle: 'A@B',
      host: 'pacs.example',
    });
  });

  it.each([
    '127.0.0.1:4242',
    'ORTHANC@127.0.0.1',
    'ORTHANC@:104',
    'A@b:0',
    'A@b:70000',
    'TOO_LONG_A_TITLE_1@b:104',
  ])('%s is none', (text) =>
    expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'USAGE' })),
  );
});

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
