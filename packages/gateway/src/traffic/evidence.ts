import type { IsEvidence } from './outgoing.js';

/** Fields that carry evidence alone. */
const FIELDS = ['approov-token', 'x-firebase-appcheck', 'x-app-attest'];

/**
 * Which lines end at the gateway: evidence is of no use to the upstream, and a copy of it is of use to a thief. An `Authorization` of the API's
 * own goes on untouched.
 *
 * @param configured further fields that carry evidence alone, in lower case
 * @param keep what goes on all the same
 */
export function evidenceFilter(configured: readonly string[], keep: ReadonlySet<string>): IsEvidence {
  const own = new Set([...FIELDS, ...configured]);
  return (name, value) => {
    if (keep.has(name)) return false;
    return own.has(name) || (name === 'authorization' && isOurs(value));
  };
}

/** A session token, or a proof in the scheme `Attest`. */
function isOurs(value: string): boolean {
  const space = value.indexOf(' ');
  if (space < 0) return false;
  const scheme = value.slice(0, space).toLowerCase();
  return scheme === 'attest' || (scheme === 'bearer' && isSessionToken(value.slice(space).trim()));
}

/** What `{"` is in base64url: the start of every token that the gateway makes. Others are not decoded, since they go on in any case. */
const JSON_START = 'ey';

/** By the type in its header (RFC 7515 §4.1.9): whether it is valid is not asked here. */
function isSessionToken(token: string): boolean {
  if (!token.startsWith(JSON_START)) return false;
  const [header = ''] = token.split('.', 1);
  try {
    const { typ } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { readonly typ?: unknown };
    return typeof typ === 'string' && typ.toLowerCase() === 'attested-session+jwt';
  } catch {
    return false;
  }
}
