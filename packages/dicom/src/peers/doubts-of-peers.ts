import type { Doubt } from '@consort/core';
import { isWithin, readAddress, type Address } from './addresses.ts';
import type { Peer } from './peers-setting.ts';

/** What is odd about valid entries of `peers`: some that are never asked, some that are not what they seem. */
export function doubtsOfPeers({
  peers,
  remoteAet,
  maxAssociations,
}: {
  readonly peers: readonly Peer[];
  readonly remoteAet: readonly string[];
  readonly maxAssociations: number;
}): readonly Doubt[] {
  const doubts: Doubt[] = [];
  const doubt = (setting: string, message: string, suggestion?: string) =>
    doubts.push({ setting, message, ...(suggestion === undefined ? {} : { suggestion }) });

  for (const [index, peer] of peers.entries()) {
    const { aet, maxAssociations: most } = peer;
    for (const earlier of peers.slice(0, index)) {
      if (earlier.aet !== aet || earlier.certificate !== undefined) continue;
      const common = commonAddress(earlier, peer);
      if (common !== undefined) {
        doubt('peers', `two entries of ${aet} have ${common}; the first one counts there`);
      }
    }
    if (most !== undefined && most > maxAssociations) {
      const message = `${aet} may have ${most} associations, and the service takes ${maxAssociations} in all`;
      doubt('peers', message, `maxAssociations: ${most}`);
    }
    for (const text of peer.addresses ?? []) {
      const network = readAddress(text);
      if (network?.kind === 'network' && network.prefix === 0)
        doubt('peers', `${text} of ${aet} is every address`);
    }
  }
  for (const title of remoteAet) {
    if (!peers.some(({ aet }) => aet === title)) continue;
    doubt(
      'remoteAet',
      `${title} is in peers too, and what is written there counts; remove it here`,
    );
  }
  return doubts;
}

/** An address or network that both entries have; undefined when they have none, as far as can be seen. */
function commonAddress(one: Peer, other: Peer): string | undefined {
  if (!one.addresses) return other.addresses ? other.addresses[0] : 'all addresses';
  if (!other.addresses) return undefined; // What is left of all addresses is meant.
  return other.addresses.find((text) => {
    const address = readAddress(text);
    return one.addresses?.some((earlier) => areCommon(readAddress(earlier), address));
  });
}

function areCommon(one: Address | undefined, other: Address | undefined): boolean {
  if (one?.kind === 'network' && other?.kind === 'network') {
    // A smaller network first is the exception to the larger one behind it.
    return isWithin(other.network, one) && other.prefix >= one.prefix;
  }
  return one?.kind === 'host' && other?.kind === 'host' && one.name === other.name;
}
