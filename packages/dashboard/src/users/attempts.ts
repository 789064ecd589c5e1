import { EngineError } from '@consort/core';
import { isIPv6 } from 'node:net';

/** Failed logins, by the network they came from and by the user they were for. */
export interface Attempts {
  /** @throws EngineError TOO_MANY_REQUESTS */
  check(address: string, user?: string): void;
  /** Counts one; what it answers takes back this one alone. */
  failed(address: string, user?: string): () => void;
}

/** Failures from one network within the time in milliseconds. */
const mostFailures = 10;
/** Failures for one user, from wherever: many more, so that a stranger has some trouble to shut a user out. */
const mostForUser = 50;
const window = 300_000;
/** Networks and users that are remembered; the one that was first goes. */
const mostRemembered = 10_000;

/** @param now milliseconds */
export function countAttempts(now: () => number = Date.now): Attempts {
  const networks = countFailures(mostFailures, now);
  const users = countFailures(mostForUser, now);
  return {
    check(address, user) {
      const network = networkOf(address);
      networks.check(network, `from ${network}`);
      if (user !== undefined) users.check(user, 'for this user');
    },
    failed(address, user) {
      const takeBack = networks.failed(networkOf(address));
      const takeBackForUser = user === undefined ? undefined : users.failed(user);
      return () => {
        takeBack();
        takeBackForUser?.();
      };
    },
  };
}

/** What one guest of a network can choose an address from: of IPv6 the first 64 bits (RFC 4291 section 2.5.1). */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  const groups = [...first, ...Array.from({ length: zeros }, () => '0'), ...last];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

function countFailures(most: number, now: () => number) {
  const failures = new Map<string, { readonly since: number; count: number }>();
  const current = (key: string) => {
    const found = failures.get(key);
    if (found && now() - found.since <= window) return found;
    failures.delete(key);
    return undefined;
  };
  return {
    check(key: string, whose: string): void {
      const found = current(key);
      if (!found || found.count < most) return;
      const seconds = Math.ceil((found.since + window - now()) / 1000);
      throw new EngineError(
        'TOO_MANY_REQUESTS',
        `too many logins ${whose} have failed; wait ${seconds} s`,
      );
    },
    failed(key: string): () => void {
      const found = current(key) ?? { since: now(), count: 0 };
      if (found.count === 0) {
        const oldest = failures.keys().next().value;
        if (failures.size >= mostRemembered && oldest !== undefined) failures.delete(oldest);
        failures.set(key, found);
      }
      found.count += 1;
      return () => {
        found.count -= 1;
      };
    },
  };
}
