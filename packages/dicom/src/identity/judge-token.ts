import { constants, verify, type KeyObject } from 'node:crypto';
import type { TokenKey } from './token-keys.ts';

/** What a token has to say. */
export interface TokenTerms {
  readonly issuer: string;
  readonly audience: string;
  /** Milliseconds by which the issuer's clock may differ from ours. */
  readonly clockTolerance: number;
  /** The claim that holds the calling AE titles it is good for; without it, it is good for any. */
  readonly aeTitleClaim?: string | undefined;
}

/**
 * Says why a JSON Web Token (RFC 7519; RFC 7515 in compact form) does not do; undefined when it does. Nothing of the
 * token is in the text.
 * @param token as the peer sent it; its length has a limit already
 */
export function judgeToken(
  token: Buffer,
  keys: readonly TokenKey[],
  terms: TokenTerms,
  callingAeTitle: string,
): string | undefined {
  const parts = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(token.toString('latin1'));
  const header = objectIn(parts?.[1]);
  const claims = objectIn(parts?.[2]);
  if (!parts || !header || !claims) return 'its token is no signed JSON Web Token in compact form';
  // RFC 7515 section 4.1.11: what must be understood, and is not.
  if (header['crit'] !== undefined) return 'its token needs extensions that are not known here';
  const { alg, kid } = header;
  if (typeof alg !== 'string' || !(alg in algorithms)) {
    return `its token is signed by no algorithm that is taken: ${Object.keys(algorithms).join(', ')}`;
  }
  const possible = keys.filter(
    (one) =>
      one.algorithm === alg && (kid === undefined || one.kid === undefined || one.kid === kid),
  );
  if (possible.length === 0) return 'its token names a key that the file of keys does not have';
  const signed = Buffer.from(`${parts[1]}.${parts[2]}`);
  const signature = Buffer.from(parts[3]!, 'base64url');
  if (!possible.some(({ key }) => algorithms[alg]!(key, signed, signature))) {
    return 'no key of the file of keys has signed its token';
  }
  return judgeClaims(claims, terms, callingAeTitle);
}

/** RFC 7519 section 4.1. */
function judgeClaims(
  claims: Claims,
  { issuer, audience, clockTolerance, aeTitleClaim }: TokenTerms,
  callingAeTitle: string,
): string | undefined {
  const { iss, aud, exp, nbf } = claims;
  const now = Date.now();
  if (iss !== issuer) return 'its token comes from another issuer (iss)';
  if (!listOf(aud).includes(audience)) return 'its token is for another audience (aud)';
  if (typeof exp !== 'number') return 'its token does not say when it expires (exp)';
  if (exp * 1000 + clockTolerance <= now) return 'its token has expired (exp)';
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf * 1000 - clockTolerance <= now)) {
    return 'its token is not valid yet (nbf)';
  }
  if (aeTitleClaim === undefined) return undefined;
  const titles = Object.hasOwn(claims, aeTitleClaim) ? listOf(claims[aeTitleClaim]) : [];
  return titles.includes(callingAeTitle)
    ? undefined
    : `its token is not for this calling AE title (${aeTitleClaim})`;
}

type Claims = Readonly<Record<string, unknown>>;

function objectIn(part: string | undefined): Claims | undefined {
  try {
    const found: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
    return typeof found === 'object' && found !== null ? (found as Claims) : undefined;
  } catch {
    return undefined;
  }
}

/** RFC 7519 section 4.1.3: one value may stand for a list of one. */
function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

type Verify = (key: KeyObject, signed: Buffer, signature: Buffer) => boolean;

/** RFC 7518 section 3.1, RFC 8037 section 3.1: those with a public key alone. */
const algorithms: Readonly<Record<string, Verify>> = Object.assign(Object.create(null), {
  RS256: (key, signed, signature) => verify('sha256', signed, key, signature),
  PS256: (key, signed, signature) =>
    verify(
      'sha256',
      signed,
      { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
      signature,
    ),
  ES256: ecdsa('sha256'),
  ES384: ecdsa('sha384'),
  EdDSA: (key, signed, signature) => verify(null, signed, key, signature),
} satisfies Record<string, Verify>);

function ecdsa(hash: string): Verify {
  return (key, signed, signature) =>
    verify(hash, signed, { key, dsaEncoding: 'ieee-p1363' }, signature);
}
