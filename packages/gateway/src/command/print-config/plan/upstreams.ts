import { dirname, resolve } from 'node:path';
import type { Config } from '../../../config/load.js';
import type { UpstreamSettings } from '../../../config/schema.js';
import { isPlainPath, type HostAndPort } from './addresses.js';
import type { OnProblem, Proxy } from './proxy.js';

/** A server of the API, as a proxy reaches it. */
export interface PlannedUpstream extends HostAndPort {
  /** In the gateway's configuration. */
  readonly name: string;
  /** In the proxy's: names of the gateway's may have any character. */
  readonly id: string;
  readonly tls:
    | {
        /** PEM of authorities; undefined for those of the system. */
        readonly ca: string | undefined;
        readonly certificate: string | undefined;
        readonly key: string | undefined;
      }
    | undefined;
}

const HOST = /^(?:[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?|\[[0-9a-f:.]+\])$/;

export function upstreamsOf(
  { file, settings }: Config,
  proxy: Proxy,
  onProblem: OnProblem,
): readonly PlannedUpstream[] {
  const given = Object.entries(settings.upstreams ?? {});
  if (given.length === 0)
    onProblem(
      ['upstreams'],
      'is not set, and the proxy has to know the API',
      'Give upstreams: { api: http://127.0.0.1:8000 }.',
    );
  return given.map(([name, upstream], at) => {
    const { url, ca, certificate, key }: UpstreamSettings = upstream;
    const { protocol, hostname, port } = new URL(url);
    if (!HOST.test(hostname))
      onProblem(
        ['upstreams', name],
        'has a host that proxies read otherwise',
        'Give the name of a host, or an address.',
      );
    const path = (option: string, of: string | undefined): string | undefined => {
      const whole = of === undefined ? undefined : resolve(dirname(file), of);
      if (whole !== undefined && !isPlainPath(whole))
        onProblem(
          ['upstreams', name, option],
          'has a character that proxies read otherwise',
          'Give a path of letters, digits and . _ - /.',
        );
      return whole;
    };
    if (proxy === 'haproxy' && certificate !== undefined)
      onProblem(
        ['upstreams', name, 'certificate'],
        'is not written for HAProxy, which wants certificate and key in one file',
        'Leave it out, and add crt to the printed server line.',
      );
    const isSecure = protocol === 'https:';
    return {
      name,
      id: `attestkit_api_${at}`,
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (isSecure ? 443 : 80) : Number(port),
      tls: isSecure
        ? { ca: path('ca', ca), certificate: path('certificate', certificate), key: path('key', key) }
        : undefined,
    };
  });
}
