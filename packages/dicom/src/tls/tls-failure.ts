/** Why a TLS handshake failed, in words for the event log: what is wrong on which side. */
export function tlsFailureInWords(error: unknown): string {
  const { code = '' } = (error ?? {}) as { readonly code?: string };
  const known = words[code];
  if (known) return known;
  // What the peer complains of comes as an alert (RFC 8446 section 6.2).
  const alert = /^ERR_SSL_(?:TLSV1|TLSV13|SSLV3|SSL\/TLS)_ALERT_(\w+)$/.exec(code)?.[1];
  if (alert) {
    const what = alert.toLowerCase().replaceAll('_', ' ');
    return `the peer refused the handshake (alert: ${what})${alertRemedies[alert] ?? ''}`;
  }
  return `the handshake failed (${code || String(error).slice(0, 100)})`;
}

const notTls = 'what came is no TLS: the peer speaks plain DICOM, or something else';
const closed =
  'the connection was closed in the middle of the TLS handshake; one of the two may speak plain DICOM';
const foreign = "the peer's certificate comes from no CA of the file that tls.ca names";

const words: Readonly<Record<string, string>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: notTls,
  ERR_SSL_HTTP_REQUEST: notTls,
  ERR_SSL_HTTPS_PROXY_REQUEST: notTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: notTls,
  ERR_SSL_UNKNOWN_PROTOCOL: notTls,
  ERR_SSL_UNSUPPORTED_PROTOCOL:
    'the peer has no TLS version from 1.2 on; have TLS 1.2 or 1.3 switched on there',
  ERR_SSL_NO_SHARED_CIPHER:
    'the peer offers no cipher suite of the profile; have the ECDHE suites with AES-GCM switched on there',
  ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM: 'the peer takes no signature that our key can make',
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: 'the peer gave no certificate',
  CERT_HAS_EXPIRED: "the peer's certificate has expired",
  CERT_NOT_YET_VALID: "the peer's certificate is not valid yet; compare the clocks",
  CERT_REVOKED: "the peer's certificate is revoked",
  DEPTH_ZERO_SELF_SIGNED_CERT: `the peer's certificate is self-signed and not itself in the file that tls.ca names`,
  SELF_SIGNED_CERT_IN_CHAIN: foreign,
  UNABLE_TO_GET_ISSUER_CERT: foreign,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: foreign,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: foreign,
  INVALID_PURPOSE: "the peer's certificate is not for this use (extended key usage)",
  UNABLE_TO_GET_CRL: 'there is no revocation list in tls.crl for a CA of the peer',
  CRL_HAS_EXPIRED: 'a revocation list in tls.crl is out of date; fetch the new one',
  ERR_TLS_CERT_ALTNAME_INVALID:
    "the peer's certificate is for another name; write the name it has as tls.serverName",
  ECONNRESET: closed,
  EPIPE: closed,
};

const alertRemedies: Readonly<Record<string, string>> = {
  UNKNOWN_CA: '; have the CA of our certificate trusted there',
  BAD_CERTIFICATE: '; it does not take our certificate',
  CERTIFICATE_EXPIRED: '; our certificate has expired',
  CERTIFICATE_REQUIRED: '; it wants a certificate of ours',
  HANDSHAKE_FAILURE: '; it takes none of our cipher suites, or not our certificate',
  PROTOCOL_VERSION: '; it has no TLS version from 1.2 on',
};
