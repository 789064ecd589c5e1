import { EngineError, isSafe } from '@consort/core';
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { boundedFetch } from './bounded-fetch.ts';

const endpoint = z.string().max(2000).refine(isSafe);

/** What is used of what a provider says of itself (OpenID Connect Discovery 1.0 section 3). */
const metadata = z.object({
  issuer: z.string(),
  authorization_endpoint: endpoint,
  token_endpoint: endpoint,
  jwks_uri: endpoint,
  end_session_endpoint: endpoint.exactOptional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).default(['client_secret_basic']),
  authorization_response_iss_parameter_supported: z.boolean().default(false),
});

export type Metadata = z.output<typeof metadata>;

/** A provider as it has described itself, with the keys that it signs with. */
export interface Provider extends Metadata {
  readonly keys: JWTVerifyGetKey;
}

/** Milliseconds that a description is good for. */
const lifetime = 3_600_000;

/** Asks providers who they are; of one at a time the answer is kept. */
export function openProviders(now: () => number = Date.now) {
  let kept: { readonly provider: Provider; readonly until: number } | undefined;
  /** @throws EngineError OPENID_UNAVAILABLE */
  return async (issuer: string): Promise<Provider> => {
    if (kept && kept.provider.issuer === issuer && kept.until > now()) return kept.provider;
    const found = await discover(issuer);
    const keys = createRemoteJWKSet(new URL(found.jwks_uri), {
      // Its own limit is shorter than ours.
      [customFetch]: (url, init) => boundedFetch(url, { headers: init.headers }),
      timeoutDuration: 15_000,
    });
    kept = { provider: { ...found, keys }, until: now() + lifetime };
    return kept.provider;
  };
}

/** The error of a provider that cannot be used now. */
export function unavailable(issuer: string, reason: string, cause?: unknown): EngineError {
  return new EngineError(
    'OPENID_UNAVAILABLE',
    `the OpenID provider ${issuer} cannot be used: ${reason}; log in with a password, or try again`,
    { cause },
  );
}

/** OpenID Connect Discovery 1.0 section 4. */
async function discover(issuer: string): Promise<Metadata> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  let said: unknown;
  try {
    const response = await boundedFetch(url, { headers: { accept: 'application/json' } });
    if (response.status !== 200) throw new RangeError(`it answers ${response.status}`);
    said = await response.json();
  } catch (error) {
    throw unavailable(issuer, `its description cannot be read (${reasonOf(error)})`, error);
  }
  const read = metadata.safeParse(said);
  if (!read.success) {
    const keys = read.error.issues.map(({ path }) => path.map(String).join('.'));
    throw unavailable(issuer, `its description has no right ${[...new Set(keys)].join(', ')}`);
  }
  // Else another provider could vouch for users of this one (section 4.3).
  if (read.data.issuer !== issuer) {
    throw unavailable(issuer, `it calls itself ${JSON.stringify(read.data.issuer).slice(0, 200)}`);
  }
  return read.data;
}

/** What went wrong on the way, in a few words. */
export function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { readonly cause?: { readonly code?: string } };
  return cause?.code ?? message;
}
