import { PermanentError } from '@consort/core';
import { transferSyntaxes } from '../transfer-syntaxes.ts';

/**
 * The error of an image that cannot be changed from one transfer syntax into another.
 * @param why completes `because …`; no value of an element but numbers that say how pixels are encoded
 */
export function notTranscoded(from: string, to: string, why: string): PermanentError {
  return new PermanentError(
    'NOT_TRANSCODED',
    `the image cannot be changed from ${nameOf(from)} into ${nameOf(to)}, because ${why}; ` +
      `have the peer take ${nameOf(from)}, then resend it`,
  );
}

function nameOf(uid: string): string {
  return transferSyntaxes.get(uid)?.name ?? `transfer syntax ${uid}`;
}
