// Header fields that end here, and those that the gateway alone may send. All names are in lower case.

/** Fields of one connection (RFC 9110 §7.6.1), and those that the client of the upstream sets by itself. */
const HOP_BY_HOP = new Set([
  'connection',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Who asks, and by which way: said by the gateway alone. */
const FORWARDING = new Set([
  'forwarded',
  'via',
  'x-real-ip',
  'x-request-id',
  'x-original-uri',
  'x-original-method',
  'x-original-url',
]);

/** What the gateway found out: `X-Attest-Device` and its like. */
const IDENTITY = 'x-attest-';
const FORWARDED = 'x-forwarded-';

/** Fields by which servers take another method or path than those of the request line, and CGI another proxy. */
const REWRITING = new Set([
  'proxy',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-rewrite-url',
]);

/** A name as servers of CGI and WSGI fold it: `X_Attest.Device` becomes `x-attest-device`. */
export function folded(name: string): string {
  return name.replace(/[^a-z0-9]/g, '-');
}

/** Whether it is, or is folded to, the name of a field that says what the gateway found out. */
export function isIdentity(name: string): boolean {
  return folded(name).startsWith(IDENTITY);
}

/** Letters, digits and hyphens: what all servers keep apart. */
const PLAIN = /^[a-z0-9-]+$/;

/** What there is to know of a name. */
export interface KnownName {
  readonly lower: string;
  readonly isPassedOn: boolean;
  readonly isAnswered: boolean;
}

/** By spelling: clients and upstreams send the same few names again and again. */
const known = new Map<string, KnownName>();
const MOST_KNOWN = 512;

/** The same as `isPassedOn` and `isAnswered` say, remembered. @param name as it was sent */
export function knownName(name: string): KnownName {
  const found = known.get(name);
  if (found !== undefined) return found;
  const lower = name.toLowerCase();
  const made = { lower, isPassedOn: isPassedOn(lower), isAnswered: isAnswered(lower) };
  if (known.size === MOST_KNOWN) known.clear();
  if (name.length <= 64) known.set(name, made);
  return made;
}

/** Whether a field of the client goes on to the upstream: plainly named, and not said by the gateway itself. */
export function isPassedOn(name: string): boolean {
  return !HOP_BY_HOP.has(name) && !REWRITING.has(name) && PLAIN.test(name) && !isSaidHere(name);
}

/** Whether a field of an upstream's answer goes on to the client. */
export function isAnswered(name: string): boolean {
  return !HOP_BY_HOP.has(name) && !isIdentity(name);
}

function isSaidHere(name: string): boolean {
  return FORWARDING.has(name) || name.startsWith(IDENTITY) || name.startsWith(FORWARDED);
}

const NEVER_NOMINATED = new Set([
  'approov-token',
  'authorization',
  'content-digest',
  'content-length',
  'content-type',
  'cookie',
  'host',
  'signature',
  'signature-input',
  'x-app-attest',
  'x-firebase-appcheck',
]);

/** Whether `Connection` must not take it away: evidence, what the gateway adds, and what frames the message. */
export function isProtected(name: string): boolean {
  const plain = folded(name);
  return NEVER_NOMINATED.has(plain) || isSaidHere(plain);
}
