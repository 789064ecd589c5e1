import type { Arrival } from '@consort/core';

/** How something came in: `from ORTHANC at 127.0.0.1 to IRIS`, `from a file`. */
export function arrivalWords({ callingAeTitle, calledAeTitle, peerAddress }: Arrival): string {
  if (callingAeTitle === undefined) return 'from a file';
  return `from ${callingAeTitle} at ${peerAddress} to ${calledAeTitle ?? 'an unknown title'}`;
}

/** Who is told what came of it: the peer, or the file, which nobody hears of. */
export function senderWords({ callingAeTitle }: Arrival): string {
  return callingAeTitle ?? 'its file';
}
