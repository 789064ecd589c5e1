import { path, secret } from '@consort/core';
import { z } from 'zod';
import { aeTitles } from '../ae-title.ts';
import { certificateName } from './certificate.ts';

const files = {
  cert: path({ for: 'reading' }).meta({
    description: 'PEM file: our certificate, then those of the CAs between it and the root.',
  }),
  key: path({ for: 'reading' }).meta({
    description: 'PEM file: the private key of our certificate.',
  }),
  passphrase: secret().optional().meta({ description: 'Passphrase of the key, if it has one.' }),
  ca: path({ for: 'reading' }).meta({
    description:
      "PEM file: the CAs, one or more, that the peer's certificate must come from. No other is trusted.",
  }),
  crl: path({ for: 'reading' }).optional().meta({
    description:
      'PEM file: the revocation lists of those CAs, of every one of them; what is on them is refused.',
  }),
};

/** The setting `tls` of what is called: mutual unless told otherwise. */
export function acceptorTls() {
  return z.strictObject({
    ...files,
    clientCertificate: z.enum(['required', 'none']).default('required').meta({
      description: 'Whether a peer has to have a certificate too. none only encrypts.',
    }),
    aeTitles: z
      .array(z.strictObject({ certificate: certificateName(), remoteAet: aeTitles() }))
      .min(1)
      .optional()
      .meta({
        description:
          'Which calling AE titles a certificate may use: its common name, DNS name or SHA-256 fingerprint, and titles. What is not listed is refused.',
      }),
  });
}

/** The setting `tls` of what calls. */
export function requesterTls() {
  return z.strictObject({
    ...files,
    serverName: z.string().min(1).optional().meta({
      description:
        "The name in the peer's certificate, where it is not the host: a DNS name, common name or address.",
    }),
  });
}

/** Where certificate, key and CAs are. */
export type TlsFiles = Pick<
  z.output<ReturnType<typeof acceptorTls>>,
  'cert' | 'key' | 'passphrase' | 'ca' | 'crl'
>;
