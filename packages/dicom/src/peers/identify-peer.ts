import { lets } from '../ae-title.ts';
import type { AssociationProposal } from '../gate/door.ts';
import { isCertificate } from '../tls/certificate.ts';
import { HostAddresses, isWithin, readAddress } from './addresses.ts';
import type { Peer } from './peers-setting.ts';

/** Who calls; or what does not fit. */
export type Identified =
  /** `peer` is absent where `remoteAet` alone lets it in. */
  | { readonly isKnown: true; readonly peer?: Peer }
  | { readonly isKnown: false; readonly unfit: 'title' | 'address' | 'certificate' };

type Caller = Pick<AssociationProposal, 'peerAddress' | 'callingAeTitle' | 'tls'>;

/**
 * Finds the entry of `peers` that a caller fits: title, address and certificate, the first one that has all three.
 * A title that no entry has is let in by `remoteAet`.
 */
export function peerFinder(peers: readonly Peer[], remoteAet: readonly string[]) {
  const hosts = new HostAddresses();

  async function fits({ addresses }: Peer, peerAddress: string): Promise<boolean> {
    if (!addresses) return true;
    for (const text of addresses) {
      const address = readAddress(text);
      if (address?.kind === 'network' && isWithin(peerAddress, address)) return true;
      if (address?.kind !== 'host') continue;
      for (const network of await hosts.of(address.name)) {
        const prefix = network.includes(':') ? 128 : 32;
        if (isWithin(peerAddress, { kind: 'network', network, prefix })) return true;
      }
    }
    return false;
  }

  return async ({ callingAeTitle, peerAddress, tls }: Caller): Promise<Identified> => {
    const named = peers.filter(({ aet }) => aet === callingAeTitle);
    if (named.length === 0) {
      return lets(remoteAet, callingAeTitle)
        ? { isKnown: true }
        : { isKnown: false, unfit: 'title' };
    }
    let isThere = false;
    for (const peer of named) {
      if (!(await fits(peer, peerAddress))) continue;
      isThere = true;
      const { certificate } = peer;
      if (certificate === undefined) return { isKnown: true, peer };
      if (tls?.certificate && isCertificate(tls.certificate, certificate)) {
        return { isKnown: true, peer };
      }
    }
    return { isKnown: false, unfit: isThere ? 'certificate' : 'address' };
  };
}
