import { ConfigurationError } from '../../kernel/errors.js';
import { assertOptions } from '../../kernel/config/options.js';
import type { Checks } from '../../ports/checks.js';
import { isPseudonym, pseudonym, type DerivedKey } from './derived-keys.js';
import { SESSION_BINDING_CHECKS as CHECKS } from './session-checks.js';

/** How many bits of an address name the network that a session is bound to. */
export interface IpPrefixLengths {
  readonly v4?: number | undefined;
  readonly v6?: number | undefined;
}

/** Keyed hashes of the values that a session is bound to: the claim `bnd`. */
export interface SessionBinding {
  /** Of the prefix of the address. */
  readonly ip?: string | undefined;
  /** Of the user agent. */
  readonly ua?: string | undefined;
}

/** The origin that a request states. */
export interface Origin {
  readonly ip: string | undefined;
  /** The value of the field `User-Agent`. */
  readonly userAgent: string | undefined;
}

/** What sessions are bound to, as configured. */
export interface BindingTerms {
  /** Undefined: not bound to the address. */
  readonly ip: IpPrefixLengths | undefined;
  readonly userAgent: boolean;
}

/**
 * The prefix of an address as text, the same for every way to write it: `192.0.2.0/24`, `2001:db8:1:0:0:0:0:0/48`. An
 * IPv4 address mapped into IPv6 is one of IPv4, and a zone is left out (RFC 4291 §2.2, §2.5.5.2; RFC 4007 §11).
 * Undefined if it is not an address.
 */
export function ipPrefix(ip: string, lengths: IpPrefixLengths = {}): string | undefined {
  const { v4 = 24, v6 = 48 } = lengths;
  const four = readIpv4(ip);
  if (four !== undefined) return `${mask(four, 8, v4).join('.')}/${v4}`;
  const six = ip.length <= 128 ? readIpv6(ip.replace(/%[^%]+$/, '')) : undefined;
  if (six === undefined) return undefined;
  const [high = 0, low = 0] = six.slice(6);
  const isMapped = six.slice(0, 5).every((group) => group === 0) && six[5] === 0xffff;
  if (isMapped) return `${mask([high >> 8, high & 0xff, low >> 8, low & 0xff], 8, v4).join('.')}/${v4}`;
  const groups = mask(six, 16, v6).map((group) => group.toString(16));
  return `${groups.join(':')}/${v6}`;
}

/** Four decimal numbers, none with a leading zero, which some read as octal. */
function readIpv4(text: string): readonly number[] | undefined {
  const parts = text.length <= 15 ? text.split('.') : [];
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
    ? parts.map(Number)
    : undefined;
}

/** Eight groups of 16 bits. */
function readIpv6(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [before, after] = halves.map((half, at) => readGroups(half, at === halves.length - 1));
  if (before === undefined || (halves.length === 2 && after === undefined)) return undefined;
  if (halves.length === 1) return before.length === 8 ? before : undefined;
  const missing = 8 - before.length - (after as readonly number[]).length;
  if (missing < 1) return undefined;
  return [...before, ...Array.from({ length: missing }, () => 0), ...(after as readonly number[])];
}

/** Groups between single colons; the last two may be written as an IPv4 address, where the text ends with them. */
function readGroups(text: string, last: boolean): readonly number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const four = last ? readIpv4(parts.at(-1) as string) : undefined;
  const written = four === undefined ? parts : parts.slice(0, -1);
  if (!written.every((part) => /^[0-9A-Fa-f]{1,4}$/.test(part))) return undefined;
  const groups = written.map((part) => Number.parseInt(part, 16));
  if (four === undefined) return groups;
  const [a = 0, b = 0, c = 0, d = 0] = four;
  return [...groups, a * 256 + b, c * 256 + d];
}

/** Keeps the first `length` bits of parts of `size` bits each. */
function mask(parts: readonly number[], size: number, length: number): readonly number[] {
  return parts.map((part, at) => {
    const dropped = Math.min(Math.max((at + 1) * size - length, 0), size);
    return (part >> dropped) << dropped;
  });
}

/**
 * Holds the configured lengths of prefixes to what makes sense.
 *
 * @param path stands before the option's name: `sessions.bind.ip.`
 * @throws ConfigurationError
 */
export function assertPrefixLengths(lengths: IpPrefixLengths, path: string): void {
  assertOptions(lengths, { v4: 'number', v6: 'number' }, 'an IP binding', path);
  const limits = { v4: [8, 32], v6: [16, 128] } as const;
  for (const name of ['v4', 'v6'] as const) {
    const [low, high] = limits[name];
    const bits = lengths[name] ?? high;
    if (Number.isInteger(bits) && bits >= low && bits <= high) continue;
    const remedy = 'Leave it out for 24 bits of IPv4 and 48 bits of IPv6.';
    throw new ConfigurationError(`${path}${name}`, `is not a whole number from ${low} to ${high}`, remedy);
  }
}

/**
 * The claim `bnd` of a session that begins with this request; undefined if sessions are not bound.
 *
 * @param keys derived for `LABELS.pseudonym`
 * @throws AttestationError if the request has no address to bind to; no user agent is a value like any other
 */
export function bindSession(
  keys: readonly DerivedKey[],
  terms: BindingTerms,
  origin: Origin,
  checks: Checks,
): SessionBinding | undefined {
  if (terms.ip === undefined && !terms.userAgent) return undefined;
  const prefix = terms.ip === undefined ? undefined : prefixOf(origin, terms.ip);
  checks.holds(CHECKS.ip, terms.ip === undefined || prefix !== undefined);
  return {
    ...(prefix !== undefined && { ip: pseudonym(keys, 'ip', prefix) }),
    ...(terms.userAgent && { ua: pseudonym(keys, 'user_agent', origin.userAgent ?? '') }),
  };
}

/**
 * Compares a request with the binding of its session. Terms that are not configured any more are not asked for; a
 * session from before they were is not bound to them.
 *
 * @param keys derived for `LABELS.pseudonym`
 */
export function appraiseSessionBinding(
  keys: readonly DerivedKey[],
  terms: BindingTerms,
  binding: SessionBinding | undefined,
  origin: Origin,
  checks: Checks,
): void {
  if (terms.ip !== undefined && binding?.ip !== undefined) {
    const prefix = prefixOf(origin, terms.ip);
    checks.holds(CHECKS.ip, prefix !== undefined && isPseudonym(keys, 'ip', prefix, binding.ip));
  }
  if (terms.userAgent && binding?.ua !== undefined)
    checks.holds(CHECKS.userAgent, isPseudonym(keys, 'user_agent', origin.userAgent ?? '', binding.ua));
}

function prefixOf({ ip }: Origin, lengths: IpPrefixLengths): string | undefined {
  return ip === undefined ? undefined : ipPrefix(ip, lengths);
}
