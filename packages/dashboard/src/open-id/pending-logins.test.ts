import { expect, test } from 'vitest';
import { openPendingLogins } from './pending-logins.ts';

const issuer = 'https://login.example';

test('a login ends once, within ten minutes, and for the browser that began it', () => {
  let now = 0;
  const logins = openPendingLogins(() => now);
  const one = logins.begin(issuer, '10.0.0.1');
  expect(logins.take(one.state, undefined)).toBeUndefined();
  expect(logins.take(one.state, 'of-another-browser')).toBeUndefined();
  expect(logins.take(one.state, one.browser)).toMatchObject({ nonce: one.nonce });
  expect(logins.take(one.state, one.browser)).toBeUndefined();
  const late = logins.begin(issuer, '10.0.0.1');
  now = 600_001;
  expect(logins.take(late.state, late.browser)).toBeUndefined();
  expect(new Set([one.browser, one.state, one.nonce, one.verifier]).size).toBe(4);
});

test('whoever begins many pushes out his own, and nobody else’s', () => {
  const logins = openPendingLogins(() => 0);
  const other = logins.begin(issuer, '10.0.0.2');
  const own = Array.from({ length: 101 }, () => logins.begin(issuer, '10.0.0.1'));
  expect(logins.take(own[0]!.state, own[0]!.browser)).toBeUndefined();
  expect(logins.take(own[1]!.state, own[1]!.browser)).toBeDefined();
  expect(logins.take(other.state, other.browser)).toBeDefined();
});

test('more than ten thousand are not under way, until some are over', () => {
  let now = 0;
  const logins = openPendingLogins(() => now);
  const begin = (at: number) => logins.begin(issuer, `10.0.${at >> 8}.${at & 255}`);
  for (let at = 0; at < 10_000; at += 1) begin(at);
  expect(() => begin(10_000)).toThrow('too many logins');
  now = 600_001;
  expect(begin(10_000).state).toHaveLength(43);
});
