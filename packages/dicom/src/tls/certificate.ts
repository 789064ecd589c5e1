import { X509Certificate } from 'node:crypto';
import { z } from 'zod';

/**
 * A setting that says which certificate: by its common name or a DNS name, compared without regard to case, or by
 * its SHA-256 fingerprint in hexadecimal digits, with or without colons.
 */
export function certificateName() {
  return z.string().min(1).meta({
    description: 'Common name, DNS name, or SHA-256 fingerprint of a certificate.',
  });
}

/** Says whether a certificate, which has been verified, is the one a setting names. */
export function isCertificate(certificate: X509Certificate, name: string): boolean {
  const digits = name.replaceAll(':', '').toUpperCase();
  if (/^[0-9A-F]{64}$/.test(digits)) {
    return certificate.fingerprint256.replaceAll(':', '') === digits;
  }
  return certificate.checkHost(name, { subject: 'always', wildcards: false }) !== undefined;
}

/** A certificate for the event log: its subject, on one line and printable, and its SHA-256 fingerprint. */
export function certificateInWords(certificate: X509Certificate): string {
  return `${subjectOf(certificate)}, SHA-256 ${certificate.fingerprint256}`;
}

/** The certificates of a PEM file, in its order. */
export function certificatesIn(pem: Buffer): readonly X509Certificate[] {
  const found = pem
    .toString('latin1')
    .match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  return (found ?? []).map((one) => new X509Certificate(one));
}

/** The subject on one line, at most 200 characters, what is not printable left out. */
export function subjectOf({ subject }: X509Certificate): string {
  const names = (subject ?? '').split('\n').join(', ');
  return names.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200) || 'no subject';
}
