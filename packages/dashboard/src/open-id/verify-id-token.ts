import { errors, jwtVerify, type JWTPayload } from 'jose';
import { reasonOf, unavailable, type Provider } from './provider.ts';
import { Refused } from './refused.ts';

/** Signatures that nobody but the provider can make: none that a client's secret could make too, and not `none`. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** Seconds that two clocks may differ. */
const clockTolerance = 60;

/**
 * Verifies an ID token (OpenID Connect Core 1.0 section 3.1.3.7): who has signed it, for whom it is, how long it is good,
 * and that it answers this login.
 * @throws EngineError OPENID_UNAVAILABLE where the keys cannot be had; Refused
 */
export async function verifyIdToken(
  token: string,
  { issuer, keys }: Provider,
  { clientId, nonce }: { readonly clientId: string; readonly nonce: string },
): Promise<JWTPayload> {
  const payload = await verified(issuer, () =>
    jwtVerify(token, keys, {
      issuer,
      audience: clientId,
      algorithms,
      clockTolerance,
      requiredClaims: ['sub', 'iat', 'exp', 'nonce'],
    }).then((result) => result.payload),
  );
  if (payload['nonce'] !== nonce)
    throw new Refused('the ID token answers another login: its nonce');
  const isForMany = Array.isArray(payload.aud) && payload.aud.length > 1;
  if ((isForMany || payload['azp'] !== undefined) && payload['azp'] !== clientId) {
    throw new Refused('the ID token was given to another client: its azp');
  }
  return payload;
}

async function verified(issuer: string, verify: () => Promise<JWTPayload>): Promise<JWTPayload> {
  try {
    return await verify();
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw new Refused('the ID token has expired');
    if (error instanceof errors.JWTClaimValidationFailed) {
      throw new Refused(`the ID token has another ${error.claim} than it should`);
    }
    // Of the keys themselves: no key that fits, or none at all, is the token's fault only where they were read.
    const isOfKeys = error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid;
    if (error instanceof errors.JOSEError && !isOfKeys && error.code !== 'ERR_JOSE_GENERIC') {
      throw new Refused(`the ID token cannot be believed: ${error.code}`);
    }
    throw unavailable(issuer, `its keys cannot be read (${reasonOf(error)})`, error);
  }
}
