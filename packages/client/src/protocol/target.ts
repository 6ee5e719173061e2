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
const DOTS = /\/(\.|%2e){1,2}(?=\/|$)/i;

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
 * The URL in the one form that every client sends as it is: some encode an apostrophe of a query and brackets, some drop an empty query.
 *
 * @throws ClientError `misconfigured` if its target can change on the way
 */
export function signableUrl(url: string): string {
  const [whole = '', query] = url.replace(/#.*/s, '').split(/\?(.*)/s);
  const { target } = splitUrl(whole);
  const path = `${whole.slice(0, whole.length - (whole.endsWith(target) ? target.length : 0))}${target}`;
  const sent = encoded(query === undefined || query === '' ? path : `${path}?${query.replace(/'/g, '%27')}`);
  if (UNSAFE.test(sent))
    throw new ClientError(
      'misconfigured',
      `${shown(url)} has to be percent-encoded before it is signed: see encodeURIComponent`,
    );
  if (DOTS.test(target))
    throw new ClientError('misconfigured', `${shown(url)} has a segment of dots, which does not arrive`);
  return sent;
}

/** Brackets stay in the host of IPv6 alone. */
function encoded(url: string): string {
  const at = url.indexOf('/', url.indexOf('//') + 2);
  const rest = url.slice(at).replace(/\[/g, '%5B').replace(/\]/g, '%5D');
  return url.slice(0, at) + rest;
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
