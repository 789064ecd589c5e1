import { EngineError } from '@consort/core';
import { randomBytes } from 'node:crypto';
import { networkOf } from '../users/attempts.ts';

/** A login that has been sent to its provider. */
export interface PendingLogin {
  readonly issuer: string;
  /** What the browser that began it holds in a cookie: no other one ends it. */
  readonly browser: string;
  readonly state: string;
  readonly nonce: string;
  /** RFC 7636 section 4.1. */
  readonly verifier: string;
}

/** Logins that are under way. */
export interface PendingLogins {
  /** @param address of the browser @throws EngineError TOO_MANY_REQUESTS */
  begin(issuer: string, address: string): PendingLogin;
  /** Ends one: whatever comes of it, it ends once. Undefined for one that is not there (any more) or another browser's. */
  take(state: string, browser: string | undefined): PendingLogin | undefined;
}

/** Milliseconds that somebody has at the provider. */
const lifetime = 600_000;
/** Logins under way from one network, of which the oldest goes, and from everywhere. */
const mostOfNetwork = 100;
const most = 10_000;

interface Kept extends PendingLogin {
  readonly network: string;
  readonly at: number;
}

/** @param now milliseconds */
export function openPendingLogins(now: () => number = Date.now): PendingLogins {
  /** In the order of their times, also those of each network. */
  const logins = new Map<string, Kept>();
  const networks = new Map<string, Set<Kept>>();

  function drop(login: Kept): void {
    logins.delete(login.state);
    const own = networks.get(login.network);
    own?.delete(login);
    if (own?.size === 0) networks.delete(login.network);
  }

  return {
    begin(issuer, address) {
      for (const login of logins.values()) {
        if (now() - login.at <= lifetime) break;
        drop(login);
      }
      const network = networkOf(address);
      const [oldest] = networks.get(network) ?? [];
      if (oldest && (networks.get(network)?.size ?? 0) >= mostOfNetwork) drop(oldest);
      if (logins.size >= most) {
        throw new EngineError('TOO_MANY_REQUESTS', 'too many logins are under way; try again');
      }
      const login: Kept = {
        issuer,
        browser: random(),
        state: random(),
        nonce: random(),
        verifier: random(),
        network,
        at: now(),
      };
      logins.set(login.state, login);
      networks.set(network, (networks.get(network) ?? new Set<Kept>()).add(login));
      return login;
    },
    take(state, browser) {
      const login = logins.get(state);
      if (!login || login.browser !== browser) return undefined;
      drop(login);
      return now() - login.at <= lifetime ? login : undefined;
    },
  };
}

/** 256 bits, in 43 characters that every parameter may have. */
function random(): string {
  return randomBytes(32).toString('base64url');
}
