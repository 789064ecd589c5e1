import { describe, expect, it } from 'vitest';
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
