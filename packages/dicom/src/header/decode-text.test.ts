import { describe, expect, it } from 'vitest';
import { decodeAscii, decodeText } from './decode-text.ts';

describe('decodeText', () => {
  it.each([
    ['', 'M\xfcller', 'Müller'],
    ['ISO_IR 100', 'Buc^J\xe9r\xf4me', 'Buc^Jérôme'],
    ['ISO_IR 144', '\xbb\xee\xda', 'Люк'],
    ['ISO_IR 192', '\xe5\xb1\xb1', '山'],
    ['GB18030', '\xcd\xf5', '王'],
    ['\\ISO 2022 IR 87', '\x1b$B;3ED\x1b(B^', '山田^'],
    ['\\ISO 2022 IR 149', 'Hong^\x1b$)C\xfb\xf3', 'Hong^洪'],
    ['\\ISO 2022 IR 58', '\x1b$)A\xcd\xf5', '王'],
    ['a set nobody knows', 'ID1', 'ID1'],
  ])('decodes the character set %j', (characterSets, bytes, text) => {
    expect(decodeText(Buffer.from(bytes, 'latin1'), characterSets)).toBe(text);
  });

  it('replaces what cannot be decoded and what could steer a terminal', () => {
    expect(decodeText(Buffer.from('A\xffB', 'latin1'), 'ISO_IR 192')).toBe('A\uFFFDB');
    expect(decodeAscii(Buffer.from('A\x1b[31mB\r\n\0'))).toBe('A\uFFFD[31mB\uFFFD\uFFFD');
  });

  it('takes the padding off and cuts what is too long', () => {
    expect(decodeAscii(Buffer.from('  1.2.3 \0'))).toBe('1.2.3');
    expect(decodeText(Buffer.alloc(70_000, 'x'), 'ISO_IR 192')).toHaveLength(256);
  });
});
