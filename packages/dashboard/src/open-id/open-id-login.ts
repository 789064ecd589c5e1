import { EngineError, type OpenIdConnect } from '@consort/core';
import { createHash } from 'node:crypto';
import { isName } from '../users/name.ts';
import type { OpenIdSession } from '../users/sessions.ts';
import { exchangeCode } from './exchange-code.ts';
import { groupsOf, rolesOf } from './groups.ts';
import { openPendingLogins, type PendingLogin } from './pending-logins.ts';
import { openProviders } from './provider.ts';
import { Refused } from './refused.ts';
import { verifyIdToken } from './verify-id-token.ts';

/** Logs in by the authorization code flow with PKCE (OpenID Connect Core 1.0 section 3.1, RFC 7636). */
export interface OpenIdLogin {
  /**
   * Begins a login.
   * @returns where the browser goes, and what it keeps in a cookie meanwhile
   * @throws EngineError OPENID_UNAVAILABLE, TOO_MANY_REQUESTS
   */
  begin(
    settings: OpenIdConnect,
    address: string,
  ): Promise<{ readonly url: string; readonly browser: string }>;
  /**
   * Ends a login with what the provider has sent the browser back with.
   * @throws EngineError LOGIN_FAILED, FORBIDDEN where none of his groups has a role, OPENID_UNAVAILABLE
   */
  end(settings: OpenIdConnect, given: SentBack): Promise<OpenIdSession>;
  /** Where the browser logs out at the provider; undefined where there is no such page, or it cannot be asked for. */
  logoutUrl(settings: OpenIdConnect): Promise<string | undefined>;
}

/** What a browser comes back with, and what it has kept. */
export interface SentBack {
  readonly code: string;
  readonly state: string;
  /** RFC 9207. */
  readonly iss?: string;
  readonly browser: string | undefined;
}

/** @param log tells why a login was refused, for whoever has configured it */
export function openOpenIdLogin(log: (text: string) => void): OpenIdLogin {
  const providerOf = openProviders();
  const pending = openPendingLogins();
  return {
    async begin(settings, address) {
      const provider = await providerOf(settings.issuer);
      const login = pending.begin(settings.issuer, address);
      return {
        url: urlOf(provider.authorization_endpoint, settings, login),
        browser: login.browser,
      };
    },
    async end(settings, given) {
      const login = pending.take(given.state, given.browser);
      // Not told in the event log: whoever has no login under way could fill it.
      if (!login || login.issuer !== settings.issuer) throw refused();
      try {
        return await sessionOf(settings, given, login, providerOf);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        log(`a login by OpenID Connect was refused: ${error.message}`);
        throw refused();
      }
    },
    async logoutUrl({ issuer, clientId }) {
      const provider = await providerOf(issuer).catch(() => undefined);
      if (!provider?.end_session_endpoint) return undefined;
      const url = new URL(provider.end_session_endpoint);
      url.searchParams.set('client_id', clientId);
      return url.href;
    },
  };
}

async function sessionOf(
  settings: OpenIdConnect,
  { code, iss }: SentBack,
  { nonce, verifier }: PendingLogin,
  providerOf: ReturnType<typeof openProviders>,
): Promise<OpenIdSession> {
  const { issuer, clientId, nameClaim, rolesClaim } = settings;
  const provider = await providerOf(issuer);
  // RFC 9207 section 2.4: an answer of another provider is none.
  const isNamed = iss !== undefined || provider.authorization_response_iss_parameter_supported;
  if (isNamed && iss !== issuer) throw new Refused('the answer comes from another issuer');
  const token = await exchangeCode(provider, settings, { code, verifier });
  const claims = await verifyIdToken(token, provider, { clientId, nonce });
  const name = claims[nameClaim];
  if (typeof name !== 'string' || !isName(name)) {
    throw new Refused(`the claim ${nameClaim} of the ID token is no name that a user can have`);
  }
  const groups = groupsOf(claims, rolesClaim);
  if (rolesOf(groups, settings).length === 0) {
    throw new EngineError(
      'FORBIDDEN',
      `${name} may not use this page: none of the groups in the claim ${rolesClaim} has a role here; ` +
        'openIdConnect.roles in the production file says which have',
    );
  }
  return { user: `openid:${name}`, issuer, groups };
}

/** OpenID Connect Core 1.0 section 3.1.2.1, RFC 7636 section 4.3. */
function urlOf(
  endpoint: string,
  { clientId, redirectUri, scope }: OpenIdConnect,
  { state, nonce, verifier }: PendingLogin,
): string {
  const url = new URL(endpoint);
  const asked = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope,
    state,
    nonce,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  return url.href;
}

function refused(): EngineError {
  return new EngineError(
    'LOGIN_FAILED',
    'the provider has not vouched for this login; begin it again, and if that does not help, the event log says why',
  );
}
