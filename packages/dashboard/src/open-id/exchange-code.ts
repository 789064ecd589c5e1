import type { OpenIdConnect } from '@consort/core';
import { z } from 'zod';
import { boundedFetch } from './bounded-fetch.ts';
import { reasonOf, unavailable, type Provider } from './provider.ts';
import { Refused } from './refused.ts';

const answered = z.object({ id_token: z.string().max(65_536) });

/**
 * Has the provider give the ID token for a code (OpenID Connect Core 1.0 section 3.1.3, RFC 7636 section 4.5).
 * @throws EngineError OPENID_UNAVAILABLE; Refused where the provider will not
 */
export async function exchangeCode(
  provider: Provider,
  { clientId, clientSecret, redirectUri }: OpenIdConnect,
  { code, verifier }: { readonly code: string; readonly verifier: string },
): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  });
  const isBasic = provider.token_endpoint_auth_methods_supported.includes('client_secret_basic');
  if (clientSecret === undefined || !isBasic) form.set('client_id', clientId);
  if (clientSecret !== undefined && !isBasic) form.set('client_secret', clientSecret);
  const headers = {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    ...(clientSecret !== undefined && isBasic ? basic(clientId, clientSecret) : {}),
  };
  let response: Response;
  let said: unknown;
  try {
    const body = form.toString();
    response = await boundedFetch(provider.token_endpoint, { method: 'POST', headers, body });
    said = await response.json();
  } catch (error) {
    const reason = `its tokens cannot be asked for (${reasonOf(error)})`;
    throw unavailable(provider.issuer, reason, error);
  }
  const read = answered.safeParse(said);
  if (response.status === 200 && read.success) return read.data.id_token;
  throw new Refused(`it gives no ID token for the code: ${errorOf(said) ?? response.status}`);
}

/** RFC 6749 section 2.3.1: both are encoded as in a form before they are joined. */
function basic(clientId: string, clientSecret: string) {
  const encoded = [clientId, clientSecret].map((part) =>
    new URLSearchParams([['', part]]).toString().slice(1),
  );
  return { authorization: `Basic ${Buffer.from(encoded.join(':')).toString('base64')}` };
}

/** A code of RFC 6749 section 5.2, which says nothing of a user. */
function errorOf(said: unknown): string | undefined {
  const { error } = (said ?? {}) as { readonly error?: unknown };
  return typeof error === 'string' && /^[\w-]{1,60}$/.test(error) ? error : undefined;
}
