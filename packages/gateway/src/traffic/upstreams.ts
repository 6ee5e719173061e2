import { readFileSync } from 'node:fs';
import { request as httpRequest, type ClientRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { ConfigurationError } from 'attestkit';
import { buildConnector, Pool, type Dispatcher } from 'undici';
import type { UpstreamSettings } from '../config/schema.js';

/** One server behind the gateway. */
export interface Upstream {
  /** Its connections, which many requests use one after the other. */
  readonly pool: Dispatcher;
  /** Its name for TLS: of the configuration, whatever `Host` a request has. */
  readonly serverName: string;
  /** How many requests it is asked at once; more are turned away at once, instead of waiting without end. */
  readonly connections: number;
  /** A connection of its own, which does not stay HTTP. */
  connect(options: Pick<RequestOptions, 'method' | 'path' | 'headers' | 'timeout'>): ClientRequest;
}

/** Below that of every server that is asked: a connection that it closes in the same moment costs a request. */
const IDLE_MS = 4000;
const CONNECTIONS = 1024;
const CONNECT_MS = 5000;

/** @param folder relative paths begin here. @throws ConfigurationError naming the option */
export function upstreamOf(
  { url, ca, certificate, key, connections = CONNECTIONS, idleTimeoutMs = IDLE_MS }: UpstreamSettings,
  folder: string,
): Upstream {
  const [, socketPath] = /^unix:(\/.*)$/s.exec(url) ?? [];
  // Behind a socket there is one server: the name is not looked up.
  const { origin, protocol, hostname, port } = originOf(socketPath === undefined ? url : 'http://unix');
  const secure = {
    ...(ca !== undefined && { ca: fileOf(resolve(folder, ca), 'ca') }),
    ...(certificate !== undefined && { cert: fileOf(resolve(folder, certificate), 'certificate') }),
    ...(key !== undefined && { key: fileOf(resolve(folder, key), 'key') }),
  };
  const request = protocol === 'https:' ? httpsRequest : httpRequest;
  const serverName = hostname.replace(/^\[|\]$/g, '');
  const connector = buildConnector({
    timeout: CONNECT_MS,
    allowH2: false,
    ...secure,
    ...(socketPath !== undefined && { socketPath }),
  });
  return {
    serverName,
    connections,
    pool: new Pool(origin, {
      connections,
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: idleTimeoutMs,
      // Without a name for an address: it is in no certificate as one.
      connect: (options, callback) =>
        connector({ ...options, servername: isIP(serverName) === 0 ? serverName : '' }, callback),
    }),
    connect: (options) =>
      request({
        ...options,
        ...secure,
        ...(socketPath === undefined
          ? { hostname: serverName, port, servername: isIP(serverName) === 0 ? serverName : '' }
          : { socketPath }),
        agent: false,
      }),
  };
}

function originOf(text: string): URL {
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {}
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new ConfigurationError(
      'url',
      'is not a URL of http or https',
      'Give http://127.0.0.1:8000 or unix:/run/api.sock.',
    );
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw new ConfigurationError(
      'url',
      'has a path',
      'Give scheme, host and port: paths go on as they come.',
    );
  return url;
}

function fileOf(path: string, option: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException;
    throw new ConfigurationError(
      option,
      `is a file that cannot be read (${code})`,
      'Give the path of a PEM file.',
      { cause },
    );
  }
}
