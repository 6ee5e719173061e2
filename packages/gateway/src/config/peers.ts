import type { Config } from './load.js';
import { addressOf, isLoopback, type Address } from './schema.js';

/**
 * Who may ask about requests. Without being told, this machine alone.
 *
 * @throws ConfigFileError if others can reach a listener, and none is named
 */
export function peersOf({ settings: { authorization }, fail }: Config): readonly string[] {
  const { listen, grpc, trustedPeers } = authorization ?? {};
  if (trustedPeers !== undefined) return trustedPeers;
  const isOpen = [listen, grpc?.listen].some(
    (address) => address !== undefined && !isLoopback(addressOf(address) as Address),
  );
  if (isOpen)
    return fail([
      {
        path: ['authorization', 'trustedPeers'],
        says: 'is not set, and other machines can reach the listener',
        remedy: 'Give the addresses of the proxies that ask: [10.0.0.5, 10.0.1.0/24].',
      },
    ]);
  return ['loopback'];
}
