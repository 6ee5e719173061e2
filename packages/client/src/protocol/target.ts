import { ClientError } from '../client-error.js';

/** An absolute URL in the two parts that matter here. */
export interface SplitUrl {
  /** Scheme, host and port, in lower case. */
  readonly origin: string;
  /** Path and query, as they go on the request line. */
  readonly target: string;
}

const ABSOLUTE = /^(https?:\/\/[a-z0-9.:[\]_-]+)([/?#].*)?$/i;

/** What no URL on the wire has: white space, characters outside ASCII, and those that every client encodes in its own way. */
const UNSAFE = /[^!-~]|["<>\\^`{|}]/;

/** A dot segment, which clients and proxies take away. */
const DOTS = /\/(\.|%2e){1,2}(?=[/?#]|$)/i;

/**
 * Splits a URL by its text: the parsers of phones differ from each other and from the server's.
 *
 * @throws ClientError `misconfigured` if it is not absolute, or its text can change on the way
 */
export function splitUrl(url: string): SplitUrl {
  const [, origin, rest = ''] = ABSOLUTE.exec(url) ?? [];
  if (origin === undefined)
    throw new ClientError('misconfigured', `${shown(url)} is not an absolute URL of http or https`);
  const target = rest.replace(/#.*/s, '');
  return {
    origin: withoutDefaultPort(origin.toLowerCase()),
    target: target.startsWith('/') ? target : `/${target}`,
  };
}

/** The port that a scheme has by itself. */
function withoutDefaultPort(origin: string): string {
  return origin.replace(origin.startsWith('https:') ? /:443$/ : /:80$/, '');
}

/**
 * Asserts that a target reaches the server as it is written.
 *
 * @throws ClientError `misconfigured`
 */
export function assertSignable(target: string): void {
  if (UNSAFE.test(target))
    throw new ClientError(
      'misconfigured',
      `${shown(target)} has to be percent-encoded before it is signed: see encodeURIComponent`,
    );
  if (DOTS.test(target))
    throw new ClientError('misconfigured', `${shown(target)} has a segment of dots, which does not arrive`);
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
