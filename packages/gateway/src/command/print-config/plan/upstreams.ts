import { isIP } from 'node:net';
import { dirname, resolve } from 'node:path';
import type { Config } from '../../../config/load.js';
import type { Address, UpstreamSettings } from '../../../config/schema.js';
import { isPlainPath } from './addresses.js';
import type { OnProblem, Proxy } from './proxy.js';

/** A server of the API, as a proxy reaches it. */
export interface PlannedUpstream {
  /** In the gateway's configuration. */
  readonly name: string;
  /** In the proxy's: names of the gateway's may have any character. */
  readonly id: string;
  readonly address: Address;
  readonly tls:
    | {
        /** What its certificate has to be for. */
        readonly name: string;
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
  const planned = given.map(([name, upstream], at) => {
    const problem = (says: string, remedy: string, option?: string): void =>
      onProblem(['upstreams', name, ...(option === undefined ? [] : [option])], says, remedy);
    const wanted: UpstreamSettings = upstream;
    const address = addressOf(wanted.url, proxy, problem);
    return {
      name,
      id: `attestkit_api_${at}`,
      address,
      tls:
        wanted.url.startsWith('https:') && 'host' in address
          ? tlsOf(wanted, address.host, file, proxy, problem)
          : undefined,
    };
  });
  const ways = planned.flatMap(({ tls }) =>
    tls === undefined ? [] : [[tls.ca, tls.certificate, tls.key].join('\n')],
  );
  if (proxy === 'nginx' && new Set(ways).size > 1)
    onProblem(
      ['upstreams'],
      'have different authorities or certificates, and nginx takes one for all',
      'Give them the same, or write a location of your own for one.',
    );
  return planned;
}

type OnUpstreamProblem = (says: string, remedy: string, option?: string) => void;

function addressOf(url: string, proxy: Proxy, problem: OnUpstreamProblem): Address {
  if (url.startsWith('unix:')) {
    const path = url.slice('unix:'.length);
    if (!isPlainPath(path)) problem('has a character that proxies read otherwise', PLAIN_PATH);
    if (proxy === 'traefik') problem('is a unix socket, which Traefik cannot reach', 'Give a URL.');
    return { path };
  }
  const { protocol, hostname, port } = new URL(url);
  if (!HOST.test(hostname))
    problem('has a host that proxies read otherwise', 'Give the name of a host, or an address.');
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
  };
}

const PLAIN_PATH = 'Give a path of letters, digits and . _ - /.';

function tlsOf(
  settings: UpstreamSettings,
  name: string,
  file: string,
  proxy: Proxy,
  problem: OnUpstreamProblem,
): PlannedUpstream['tls'] {
  if (isIP(name) !== 0)
    problem('is HTTPS to an address, and proxies verify names', 'Give the name that its certificate is for.');
  if (proxy === 'haproxy' && settings.certificate !== undefined)
    problem(
      'is not written for HAProxy, which wants certificate and key in one file',
      'Leave it out, and add crt to the printed server line.',
      'certificate',
    );
  const pathOf = (option: 'ca' | 'certificate' | 'key'): string | undefined => {
    const given = settings[option];
    const path = given === undefined ? undefined : resolve(dirname(file), given);
    if (path !== undefined && !isPlainPath(path))
      problem('has a character that proxies read otherwise', PLAIN_PATH, option);
    return path;
  };
  return { name, ca: pathOf('ca'), certificate: pathOf('certificate'), key: pathOf('key') };
}
