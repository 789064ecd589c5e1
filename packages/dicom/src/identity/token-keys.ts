import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { EngineError, type EventLog } from '@consort/core';
import { readSmallFile } from '../read-small-file.ts';

/** A key that may have signed a token. */
export interface TokenKey {
  readonly key: KeyObject;
  /** What it alone signs by, `RS256` for example. */
  readonly algorithm: string;
  /** Its name, where the file has one. */
  readonly kid?: string;
}

/** The keys of an issuer, as its file has them now. */
export type TokenKeys = () => Promise<readonly TokenKey[]>;

const most = 100;

/**
 * Reads the public keys of an issuer: a JSON Web Key Set (RFC 7517 section 5), or public keys or certificates in PEM.
 * They follow their file; one that cannot be used leaves the old ones in force, with a Warning.
 * @param origin where the operator has set it
 * @throws EngineError TOKEN_KEYS_UNFIT
 */
export async function openTokenKeys(
  file: string,
  origin: string,
  { log }: EventLog,
): Promise<TokenKeys> {
  let seen = await signatureOf(file);
  let current = await readKeys(file, origin);
  return async () => {
    const now = await signatureOf(file);
    if (now === seen) return current;
    seen = now;
    try {
      current = await readKeys(file, origin);
      log({ type: 'Info', code: 'TOKEN_KEYS_TAKEN', text: `${file} is read anew` });
    } catch (error) {
      const text = `${(error as Error).message}; the keys that were read before stay in force`;
      log({ type: 'Warning', code: 'TOKEN_KEYS_UNFIT', text });
    }
    return current;
  };
}

async function readKeys(file: string, origin: string): Promise<readonly TokenKey[]> {
  let keys: readonly TokenKey[];
  try {
    const text = (await readSmallFile(file)).toString();
    keys = text.trimStart().startsWith('{') ? keysOfSet(text) : keysOfPem(text);
  } catch (error) {
    // What a library says of a key may tell of the key.
    const { code } = error as NodeJS.ErrnoException;
    throw unfit(file, origin, code ?? 'it is neither a JSON Web Key Set nor PEM');
  }
  if (keys.length === 0) {
    throw unfit(file, origin, 'it has no public key for RS256, PS256, ES256, ES384 or EdDSA');
  }
  if (keys.length > most) throw unfit(file, origin, `it has more than ${most} keys`);
  return keys;
}

function keysOfSet(text: string): readonly TokenKey[] {
  const { keys } = JSON.parse(text) as { readonly keys: readonly Entry[] };
  return keys.flatMap((entry) => {
    const { use, alg, kid, kty } = entry;
    // RFC 7517 section 5: what is not understood is passed over. What verifies is never a secret.
    if (kty === 'oct' || (use !== undefined && use !== 'sig')) return [];
    const key = createPublicKey({ key: entry, format: 'jwk' });
    return algorithmsOf(key)
      .filter((algorithm) => alg === undefined || alg === algorithm)
      .map((algorithm) => ({ key, algorithm, ...(typeof kid === 'string' && { kid }) }));
  });
}

interface Entry extends JsonWebKey {
  readonly kty?: string;
  readonly use?: string;
  readonly alg?: string;
  readonly kid?: unknown;
}

function keysOfPem(text: string): readonly TokenKey[] {
  const blocks = text.match(/-----BEGIN (PUBLIC KEY|CERTIFICATE)-----[^-]+-----END \1-----/g) ?? [];
  return blocks.flatMap((block) => {
    const key = createPublicKey(block);
    return algorithmsOf(key).map((algorithm) => ({ key, algorithm }));
  });
}

/** By the key, never by the token alone: RFC 8725 section 3.1. */
function algorithmsOf(key: KeyObject): readonly string[] {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'ed25519') return ['EdDSA'];
  // RFC 7518 section 3.3: 2048 bits or more.
  if (key.asymmetricKeyType === 'rsa' && modulusLength >= 2048) return ['RS256', 'PS256'];
  if (key.asymmetricKeyType !== 'ec') return [];
  return namedCurve === 'prime256v1' ? ['ES256'] : namedCurve === 'secp384r1' ? ['ES384'] : [];
}

async function signatureOf(file: string): Promise<string> {
  return stat(file, { bigint: true }).then(
    ({ ino, size, mtimeNs, ctimeNs }) => `${ino} ${size} ${mtimeNs} ${ctimeNs}`,
    (error: NodeJS.ErrnoException) => error.code ?? 'unreadable',
  );
}

function unfit(file: string, origin: string, reason: string): EngineError {
  return new EngineError('TOKEN_KEYS_UNFIT', `${file} (${origin}) cannot be used: ${reason}`);
}
