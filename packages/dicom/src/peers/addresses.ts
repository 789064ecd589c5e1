import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

/** What one entry of `addresses` stands for. */
export type Address =
  | { readonly kind: 'network'; readonly network: string; readonly prefix: number }
  | { readonly kind: 'host'; readonly name: string };

/** Reads an address, a network in CIDR notation, or the name of a host; undefined when it is none of these. */
export function readAddress(text: string): Address | undefined {
  const [network = '', length, ...more] = text.split('/');
  const family = isIP(network);
  if (family !== 0 && !network.includes('%')) {
    const most = family === 4 ? 32 : 128;
    if (more.length > 0) return undefined;
    if (length === undefined) return { kind: 'network', network, prefix: most };
    if (!/^\d{1,3}$/.test(length) || Number(length) > most) return undefined;
    return { kind: 'network', network, prefix: Number(length) };
  }
  // RFC 1123 section 2.1. Digits and dots alone are a mistyped address.
  const isName = text.length <= 253 && text.split('.').every((label) => labelForm.test(label));
  return isName && !/^[\d.]+$/.test(text) ? { kind: 'host', name: text } : undefined;
}

/** Says whether an address is in a network. An IPv4 address may come in IPv6 form. */
export function isWithin(address: string, { network, prefix }: Address & { kind: 'network' }) {
  const list = new BlockList();
  list.addSubnet(network, prefix, familyOf(network));
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  // A BlockList finds IPv4 addresses in networks of IPv6 too.
  return isIP(plain) === isIP(network) && list.check(plain, familyOf(plain));
}

/** Asks the resolver which addresses a host has, and keeps the answer for a minute. */
export class HostAddresses {
  readonly #answers = new Map<string, { readonly until: number; addresses: Promise<string[]> }>();

  /** None when the resolver does not know it, or does not answer within two seconds. */
  async of(name: string): Promise<readonly string[]> {
    const now = Date.now();
    const kept = this.#answers.get(name);
    if (kept && kept.until > now) return kept.addresses;
    const addresses = resolved(name);
    this.#answers.set(name, { until: now + 60_000, addresses });
    const found = await addresses;
    // A resolver that is away for a moment must not keep a peer out for a minute.
    if (found.length === 0) this.#answers.delete(name);
    return found;
  }
}

async function resolved(name: string): Promise<string[]> {
  const { promise, resolve } = Promise.withResolvers<string[]>();
  const timer = setTimeout(() => resolve([]), 2_000);
  lookup(name, { all: true }).then(
    (found) => resolve(found.map(({ address }) => address)),
    () => resolve([]),
  );
  return promise.finally(() => clearTimeout(timer));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

const labelForm = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;
