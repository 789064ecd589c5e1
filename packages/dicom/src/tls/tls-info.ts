import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

/** The secure connection that an association is on. */
export interface TlsInfo {
  /** `TLSv1.3`. */
  readonly version: string;
  readonly cipherSuite: string;
  /** The peer's, verified; absent where none was asked for. */
  readonly certificate?: X509Certificate;
}

/** What a handshake has come to. */
export function tlsInfo(socket: TLSSocket): TlsInfo {
  const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined;
  return {
    version: socket.getProtocol() ?? '',
    cipherSuite: socket.getCipher().standardName,
    ...(certificate && { certificate }),
  };
}
