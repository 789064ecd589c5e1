import { EngineError } from '@consort/core';

/** Failed logins by the address they came from. */
export interface Attempts {
  /** @throws EngineError TOO_MANY_REQUESTS */
  check(address: string): void;
  failed(address: string): void;
  succeeded(address: string): void;
}

/** Failures from one address within the time in milliseconds. */
const mostFailures = 10;
const window = 300_000;
/** Addresses that are remembered; the one that was first goes. */
const mostAddresses = 10_000;

/** @param now milliseconds */
export function countAttempts(now: () => number = Date.now): Attempts {
  const failures = new Map<string, { readonly since: number; count: number }>();
  const current = (address: string) => {
    const found = failures.get(address);
    if (found && now() - found.since <= window) return found;
    failures.delete(address);
    return undefined;
  };
  return {
    check(address) {
      const found = current(address);
      if (!found || found.count < mostFailures) return;
      const seconds = Math.ceil((found.since + window - now()) / 1000);
      throw new EngineError(
        'TOO_MANY_REQUESTS',
        `too many logins from ${address} have failed; wait ${seconds} s`,
      );
    },
    failed(address) {
      const found = current(address);
      if (found) {
        found.count += 1;
        return;
      }
      const oldest = failures.keys().next().value;
      if (failures.size >= mostAddresses && oldest !== undefined) failures.delete(oldest);
      failures.set(address, { since: now(), count: 1 });
    },
    succeeded: (address) => void failures.delete(address),
  };
}
