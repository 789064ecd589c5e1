import type { Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { Credentials } from './read-credentials.ts';
import { profile } from './profile.ts';
import { ticketKeysFor } from './ticket-keys.ts';

/** How a door speaks TLS. */
export interface AcceptorTls {
  /** Asked at every connection. */
  credentials(): Credentials;
  readonly clientCertificate: 'required' | 'none';
}

/**
 * Makes a connection secure, as the one that was called: the handshake, and the verification of the peer's
 * certificate where one is required. Bounded by whoever destroys the socket.
 * @throws what node:tls gives as the reason; `tlsFailureInWords` reads it
 */
export async function acceptTls(
  socket: Socket,
  { credentials, clientCertificate }: AcceptorTls,
): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
  const isRequired = clientCertificate === 'required';
  const current = credentials();
  // A server of its own for each connection: it never listens, and its events are those of this connection alone.
  // What it costs is little beside a handshake, which those that have the same ticket keys may shorten.
  const server = createServer({
    ...profile,
    ...current,
    ticketKeys: ticketKeysFor(current),
    requestCert: isRequired,
    rejectUnauthorized: isRequired,
    // The socket's owner keeps the time.
    handshakeTimeout: 2 ** 31 - 1,
  });
  server.once('secureConnection', (secure) => {
    secure.on('error', () => undefined); // Until the owner listens.
    resolve(secure);
  });
  server.once('tlsClientError', (error, failed) => {
    const code = failed.authorizationError as unknown;
    reject(typeof code === 'string' ? Object.assign(new Error(code), { code }) : error);
  });
  socket.on('error', () => undefined); // The secure socket tells of it.
  server.emit('connection', socket);
  const secure = await promise;
  if (secure.destroyed) throw gone();
  return secure;
}

function gone(): NodeJS.ErrnoException {
  return Object.assign(new Error('the connection is closed'), { code: 'ECONNRESET' });
}
