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

/** @param now milliseconds */
export function openPendingLogins(now: () => number = Date.now): PendingLogins {
  const logins = new Map<
    string,
    PendingLogin & { readonly network: string; readonly at: number }
  >();
  return {
    begin(issuer, address) {
      for (const [state, { at }] of logins) {
        if (now() - at <= lifetime) break;
        logins.delete(state);
      }
      const network = networkOf(address);
      const own = [...logins.values()].filter((one) => one.network === network);
      if (own.length >= mostOfNetwork) logins.delete(own[0]!.state);
      if (logins.size >= most) {
        throw new EngineError('TOO_MANY_REQUESTS', 'too many logins are under way; try again');
      }
      const login = {
        issuer,
        browser: random(),
        state: random(),
        nonce: random(),
        verifier: random(),
      };
      logins.set(login.state, { ...login, network, at: now() });
      return login;
    },
    take(state, browser) {
      const login = logins.get(state);
      if (!login || login.browser !== browser) return undefined;
      logins.delete(state);
      return now() - login.at <= lifetime ? login : undefined;
    },
  };
}

/** 256 bits, in 43 characters that every parameter may have. */
function random(): string {
  return randomBytes(32).toString('base64url');
}
