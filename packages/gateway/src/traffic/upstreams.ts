import { readFileSync } from 'node:fs';
import { ConfigurationError } from 'attestkit';
import { Pool, type Dispatcher } from 'undici';
import type { UpstreamSettings } from '../config/schema.js';

/** Below that of every server that is asked: a connection that it closes in the same moment costs a request. */
const IDLE_MS = 4000;
const CONNECTIONS = 128;
const CONNECT_MS = 5000;

/**
 * The connections to one upstream.
 *
 * @throws ConfigurationError naming the option
 */
export function upstreamOf({
  url,
  ca,
  certificate,
  key,
  connections = CONNECTIONS,
  idleTimeoutMs = IDLE_MS,
}: UpstreamSettings): Dispatcher {
  const origin = originOf(url);
  return new Pool(origin, {
    connections,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: idleTimeoutMs,
    connect: {
      timeout: CONNECT_MS,
      ...(ca !== undefined && { ca: readFileSync(ca) }),
      ...(certificate !== undefined && { cert: readFileSync(certificate) }),
      ...(key !== undefined && { key: readFileSync(key) }),
    },
  });
}

function originOf(url: string): string {
  let parsed: URL | undefined;
  try {
    parsed = new URL(url);
  } catch {}
  const isPlain =
    parsed !== undefined &&
    /^https?:$/.test(parsed.protocol) &&
    parsed.username === '' &&
    parsed.password === '';
  if (parsed === undefined || !isPlain)
    throw new ConfigurationError('url', 'is not a URL of http or https', 'Give http://127.0.0.1:8000.');
  if (parsed.pathname !== '/' || parsed.search !== '' || parsed.hash !== '')
    throw new ConfigurationError(
      'url',
      'has a path',
      'Give scheme, host and port: paths go on as they come.',
    );
  return parsed.origin;
}
