import { constants } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';

/**
 * What both sides of a connection allow: the BCP 195 TLS Secure Transport Connection Profile (PS3.15 section B.12;
 * RFC 9325 section 4.2). TLS 1.3 where the peer has it, TLS 1.2 with ephemeral keys and authenticated encryption else.
 */
export const profile: SecureContextOptions = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers: [
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'TLS_AES_128_GCM_SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
  ].join(':'),
  ecdhCurve: 'X25519:P-256:P-384',
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
};
