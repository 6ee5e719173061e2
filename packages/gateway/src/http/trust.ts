import { BlockList, isIP } from 'node:net';
import { ConfigurationError } from 'attestkit';

/** Whose word about a request counts: peers by address. */
export interface Trust {
  has(address: string): boolean;
}

/**
 * Reads networks: `10.0.0.0/8`, `::1`, `loopback`.
 *
 * @throws ConfigurationError naming the option
 */
export function trustOf(networks: readonly string[], option: string): Trust {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits, ...more] = (network === 'loopback' ? '127.0.0.0/8' : network).split('/');
    const version = isIP(address);
    const width = version === 6 ? 128 : 32;
    const length = bits === undefined ? width : Number(bits);
    if (version === 0 || more.length > 0 || !/^\d{1,3}$/.test(bits ?? '0') || length > width)
      throw new ConfigurationError(
        option,
        `has ${JSON.stringify(network)}, which is not a network`,
        'Give 10.0.0.0/8, ::1, or loopback.',
      );
    if (length === 0)
      throw new ConfigurationError(option, 'trusts everybody', 'Give the addresses of your own proxies.');
    list.addSubnet(address, length, version === 6 ? 'ipv6' : 'ipv4');
    if (network === 'loopback') list.addAddress('::1', 'ipv6');
  }
  const isListed = (address: string): boolean => {
    const plain = unmapped(address);
    const version = isIP(plain);
    return version !== 0 && list.check(plain, version === 6 ? 'ipv6' : 'ipv4');
  };
  // To look into the list takes longer than all else that is done with an address.
  const known = new Map<string, boolean>();
  return {
    has(address) {
      const before = known.get(address);
      if (before !== undefined) return before;
      const found = isListed(address);
      if (known.size >= MOST_KNOWN) known.clear();
      if (address.length <= LONGEST_KNOWN) known.set(address, found);
      return found;
    },
  };
}

const MOST_KNOWN = 1000;
/** Of IPv6, without a zone. */
const LONGEST_KNOWN = 45;

/** `::ffff:192.0.2.1` is an IPv4 address. */
function unmapped(address: string): string {
  return address.startsWith('::') && /^::ffff:[0-9.]+$/i.test(address) ? address.slice(7) : address;
}

/**
 * The client's address: the peer's, or, behind trusted proxies, the last one in `X-Forwarded-For` that is not one of theirs.
 *
 * @param forwarded the field lines of `X-Forwarded-For`, in their order
 */
export function clientAddress(
  peer: string | undefined,
  forwarded: readonly string[],
  trusted: Trust,
): string {
  // Peers of a unix socket do not have addresses, and are proxies. Other listeners drop such requests.
  let address = unmapped(peer ?? 'unix');
  if (peer !== undefined && !trusted.has(address)) return address;
  const hops = forwarded
    .join(',')
    .split(',')
    .map((hop) => hop.trim());
  for (const hop of hops.toReversed()) {
    const plain = unmapped(isIP(hop) === 0 ? withoutPort(hop) : hop);
    // A trusted proxy writes addresses alone.
    if (isIP(plain) === 0) return address;
    address = plain;
    if (!trusted.has(plain)) return address;
  }
  return address;
}

/** `[2001:db8::1]:4711`, `192.0.2.1:4711`. */
function withoutPort(hop: string): string {
  return hop.replace(/^\[([0-9a-fA-F:.]+)\](?::\d+)?$/, '$1').replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
}
