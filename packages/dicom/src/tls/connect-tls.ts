import { isIP } from 'node:net';
import { checkServerIdentity, connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { Credentials } from './credentials.ts';
import { profile } from './profile.ts';

/** How associations are asked for over TLS. */
export interface RequesterTls {
  /** Asked at every connection. */
  credentials(): Credentials;
  /** The name in the peer's certificate; default: the host. */
  readonly serverName?: string;
}

/**
 * Begins a connection and its TLS handshake, as the one that calls. `secureConnect` says that the peer's certificate
 * comes from one of our CAs and has its name.
 */
export function connectTls(host: string, port: number, tls: RequesterTls): TLSSocket {
  const { serverName = host } = tls;
  // node:tls takes `allowHalfOpen`, its types do not know it.
  const options: ConnectionOptions & { readonly allowHalfOpen: boolean } = {
    ...profile,
    ...tls.credentials(),
    host,
    port,
    // RFC 6066 section 3: an address is no server name.
    servername: isIP(serverName) ? '' : serverName,
    checkServerIdentity: (_, certificate) => checkServerIdentity(serverName, certificate),
    allowHalfOpen: true,
  };
  return connect(options);
}
