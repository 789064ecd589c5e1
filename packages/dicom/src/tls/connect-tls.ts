import { isIP } from 'node:net';
import { checkServerIdentity, connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { Credentials } from './read-credentials.ts';
import { profile } from './profile.ts';

/** How associations are asked for over TLS. */
export interface RequesterTls {
  /** Asked at every connection. */
  credentials(): Credentials;
  /** The name in the peer's certificate; default: the host. */
  readonly serverName?: string;
}

/** The last session with each peer, as long as the credentials it came of are those in force. */
const sessions = new WeakMap<Credentials, Map<string, Buffer>>();

/**
 * Begins a connection and its TLS handshake, as the one that calls. `secureConnect` says that the peer's certificate
 * comes from one of our CAs and has its name. A session that the peer has given a ticket for is taken up again.
 */
export function connectTls(host: string, port: number, tls: RequesterTls): TLSSocket {
  const { serverName = host } = tls;
  const credentials = tls.credentials();
  const ofCredentials = sessions.get(credentials) ?? new Map<string, Buffer>();
  sessions.set(credentials, ofCredentials);
  const peer = `${serverName}@${host}:${port}`;
  const session = ofCredentials.get(peer);
  // node:tls takes `allowHalfOpen`, its types do not know it.
  const options: ConnectionOptions & { readonly allowHalfOpen: boolean } = {
    ...profile,
    ...credentials,
    host,
    port,
    // RFC 6066 section 3: an address is no server name.
    servername: isIP(serverName) ? '' : serverName,
    checkServerIdentity: (_, certificate) => checkServerIdentity(serverName, certificate),
    allowHalfOpen: true,
    ...(session && { session }),
  };
  const socket = connect(options);
  socket.on('session', (ticket) => ofCredentials.set(peer, ticket));
  // A ticket is good for one connection (RFC 8446 appendix C.4), and one that fails may be what is wrong.
  ofCredentials.delete(peer);
  return socket;
}
