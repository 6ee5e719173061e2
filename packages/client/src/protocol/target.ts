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
  const [given, target] = partsOf(url);
  const origin = given.toLowerCase();
  // The port that a scheme has by itself.
  return { origin: origin.replace(origin.startsWith('https:') ? /:443$/ : /:80$/, ''), target };
}

/** Undefined for a URL that no server of HTTP has. */
export function originOf(url: string): string | undefined {
  try {
    return splitUrl(url).origin;
  } catch {
    return undefined;
  }
}

/**
 * The URL in the one form that every client sends as it is: some encode an apostrophe of a query and brackets, some drop an empty query.
 *
 * @throws ClientError `misconfigured` if its target can change on the way
 */
export function signableUrl(url: string): string {
  const [origin, target] = partsOf(url);
  const [path = '', query = ''] = target.split(/\?(.*)/s);
  const sent = encoded(path, /[[\]]/g) + (query === '' ? '' : `?${encoded(query, /['[\]]/g)}`);
  if (UNSAFE.test(sent))
    throw new ClientError('misconfigured', `${shown(url)} is not percent-encoded: see encodeURIComponent`);
  if (DOTS.test(path)) throw new ClientError('misconfigured', `${shown(url)} has a segment of dots`);
  return origin + sent;
}

/** Origin and target, as they are written. */
function partsOf(url: string): [origin: string, target: string] {
  const [, origin, rest = ''] = ABSOLUTE.exec(url) ?? [];
  if (origin === undefined)
    throw new ClientError('misconfigured', `${shown(url)} is not an absolute URL of http or https`);
  const target = rest.replace(/#.*/, '');
  return [origin, target.startsWith('/') ? target : `/${target}`];
}

function encoded(text: string, what: RegExp): string {
  return text.replace(what, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
