import { addressOf, type Address, type Settings } from '../../../config/schema.js';
import type { OnProblem, Proxy } from './proxy.js';

const WHY = {
  authorization: 'and there the proxy asks',
  traffic: 'and there the device endpoints are, which the proxy passes on',
} as const;

/** A listener of the gateway, as a proxy on the same machine reaches it. */
export function reachable(
  listen: string | undefined,
  listener: keyof typeof WHY,
  proxy: Proxy,
  onProblem: OnProblem,
): Address | undefined {
  const address = listen === undefined ? undefined : addressOf(listen);
  if (address === undefined) {
    onProblem([listener], `is not set, ${WHY[listener]}`, `Give ${listener}: { listen: 127.0.0.1:8081 }.`);
    return undefined;
  }
  if ('path' in address) {
    if (proxy === 'traefik')
      onProblem(
        [listener, 'listen'],
        'is a unix socket, which Traefik cannot reach',
        'Give an address with a port.',
      );
    if (isPlainPath(address.path)) return address;
    onProblem(
      [listener, 'listen'],
      'has a character that proxies read otherwise',
      'Give a path of letters, digits and . _ - /.',
    );
    return undefined;
  }
  if (address.port === 0)
    onProblem([listener, 'listen'], 'has the port 0, which is another one each time', 'Give a fixed port.');
  // Every address of the machine; this one is always there.
  if (address.host === '0.0.0.0') return { ...address, host: '127.0.0.1' };
  return address.host === '::' ? { ...address, host: '::1' } : address;
}

export function devicesOf(
  { traffic }: Settings,
  path: string | undefined,
  proxy: Proxy,
  onProblem: OnProblem,
): { address: Address; path: string } | undefined {
  if (path === undefined) return undefined;
  if (!/^(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$/.test(path))
    onProblem(
      ['devices', 'path'],
      'has a character that proxies read otherwise',
      'Give a path of letters, digits and . _ ~ -, such as /device.',
    );
  if (traffic?.tls !== undefined)
    onProblem(
      ['traffic', 'tls'],
      'is set, and the proxy speaks HTTP to the device endpoints',
      'Leave it out: the proxy has the certificate of the API.',
    );
  const address = reachable(traffic?.listen, 'traffic', proxy, onProblem);
  return address && { address, path };
}

/** Of a file: what no configuration language reads as anything else. */
export function isPlainPath(path: string): boolean {
  return /^\/[A-Za-z0-9._/-]+$/.test(path);
}

/** A name, or an address, of IPv6 without brackets. */
export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/** `127.0.0.1:8081`, `[::1]:8081`. */
export function hostAndPort({ host, port }: HostAndPort): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
