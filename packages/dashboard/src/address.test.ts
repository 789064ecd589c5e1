import { describe, expect, test } from 'vitest';
import { checkAddress, isOwnName, pageUrl } from './address.ts';

describe('the address of the page', () => {
  test.each(['127.0.0.1', '127.8.9.10', '::1', 'localhost'])('may be %s', (host) => {
    expect(() => checkAddress(host, { isLoginRequired: false })).not.toThrow();
  });

  test.each(['0.0.0.0', '::', '192.168.1.5', '127.example.com', 'pacs.example.com', ''])(
    'is not %j, where strangers could reach it',
    (host) => {
      expect(() => checkAddress(host, { isLoginRequired: false })).toThrow(
        expect.objectContaining({ code: 'PAGE_UNAVAILABLE' }),
      );
    },
  );

  test('is any address once everybody has to log in', () => {
    for (const host of ['0.0.0.0', '::', '192.168.1.5']) {
      expect(() => checkAddress(host, { isLoginRequired: true })).not.toThrow();
    }
  });

  test('is written so that a browser on this machine can open it', () => {
    expect(pageUrl('0.0.0.0', 7070)).toBe('http://127.0.0.1:7070');
    expect(pageUrl('::1', 7070)).toBe('http://[::1]:7070');
    expect(pageUrl('localhost', 7070)).toBe('http://localhost:7070');
  });
});

describe('the Host header', () => {
  test.each([
    '127.0.0.1',
    '127.0.0.1:7070',
    'localhost:7070',
    'LOCALHOST',
    '[::1]:7070',
    '127.0.0.2:1',
  ])('may be %s', (header) => {
    expect(isOwnName(header, '127.0.0.2')).toBe(true);
  });

  test.each([
    undefined,
    '',
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost@evil.example',
    '::1',
    '127.0.0.2',
  ])('is not %s', (header) => {
    expect(isOwnName(header, '127.0.0.1')).toBe(false);
  });
});
