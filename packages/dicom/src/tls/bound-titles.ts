import type { AssociationProposal } from '../gate/door.ts';
import { lets } from '../ae-title.ts';
import { isCertificate } from './certificate.ts';

/** A certificate, by name or fingerprint, and the calling AE titles it may use. */
export interface BoundTitles {
  readonly certificate: string;
  readonly remoteAet: readonly string[];
}

/**
 * Says whether the certificate of a peer may use the calling AE title that it uses: any title where nothing is
 * bound; else one that is bound to it, and no title without a certificate.
 */
export function mayUseTitle(
  { callingAeTitle, tls }: Pick<AssociationProposal, 'callingAeTitle' | 'tls'>,
  bound: readonly BoundTitles[] | undefined,
): boolean {
  if (!bound) return true;
  const certificate = tls?.certificate;
  return bound.some(
    (one) =>
      certificate !== undefined &&
      lets(one.remoteAet, callingAeTitle) &&
      isCertificate(certificate, one.certificate),
  );
}
