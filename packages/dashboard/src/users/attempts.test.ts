import { describe, expect, test } from 'vitest';
import { countAttempts, networkOf } from './attempts.ts';

const tooMany = expect.objectContaining({ code: 'TOO_MANY_REQUESTS' }) as unknown;

describe('attempts to log in', () => {
  test('are not forgotten because one of them was right', () => {
    const attempts = countAttempts();
    for (let count = 0; count < 9; count += 1) attempts.failed('10.0.0.1', 'anna');
    attempts.failed('10.0.0.1', 'eve')();
    expect(() => attempts.check('10.0.0.1', 'anna')).not.toThrow();
    attempts.failed('10.0.0.1', 'anna');
    expect(() => attempts.check('10.0.0.1', 'eve')).toThrow(tooMany);
    expect(() => attempts.check('10.0.0.2', 'eve')).not.toThrow();
  });

  test('are counted for a user too, from wherever they come', () => {
    const attempts = countAttempts();
    for (let count = 0; count < 50; count += 1) attempts.failed(`10.0.1.${count}`, 'anna');
    expect(() => attempts.check('10.0.2.1', 'anna')).toThrow(tooMany);
    expect(() => attempts.check('10.0.2.1', 'bert')).not.toThrow();
  });

  test('are over after five minutes', () => {
    let now = 0;
    const attempts = countAttempts(() => now);
    for (let count = 0; count < 10; count += 1) attempts.failed('10.0.0.1');
    now = 300_000;
    expect(() => attempts.check('10.0.0.1')).toThrow(tooMany);
    now = 300_001;
    expect(() => attempts.check('10.0.0.1')).not.toThrow();
  });
});

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
