import { randomBytes } from 'node:crypto';
import type { Credentials } from './read-credentials.ts';

interface TicketKeys {
  readonly bytes: Buffer;
  /** By `performance.now()`. */
  readonly until: number;
}

const kept = new WeakMap<Credentials, TicketKeys>();
const day = 86_400_000;

/**
 * What seals the session tickets of a door (RFC 8446 section 4.6.1), so that a peer that comes again need not show
 * its certificate anew. New ones every day (RFC 9325 section 3.4), and with every reading of the files: a ticket
 * says nothing any more once other CAs or revocation lists hold.
 */
export function ticketKeysFor(credentials: Credentials): Buffer {
  const now = performance.now();
  const found = kept.get(credentials);
  if (found && found.until > now) return found.bytes;
  const bytes = randomBytes(48);
  kept.set(credentials, { bytes, until: now + day });
  return bytes;
}
