import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { PeerInfo } from './door.ts';

/** A new connection, before its peer has said anything. */
export function peerOf(socket: Socket): PeerInfo {
  return {
    id: `a-${randomBytes(9).toString('base64url')}`,
    peerAddress: socket.remoteAddress ?? '',
    peerPort: socket.remotePort ?? 0,
  };
}
