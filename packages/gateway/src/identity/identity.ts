import type { Attestation, Decision } from 'attestkit';

/** What an upstream is told about who asks, by `X-Attest-…`: all of it on every accepted request, none of it empty. */
export interface Identity {
  readonly outcome: 'accepted' | 'reported' | 'open';
  /** Kinds that were verified. */
  readonly evidence: readonly string[];
  /** The device's record. */
  readonly device: string | undefined;
  readonly user: string | undefined;
  /** JWK thumbprint (RFC 7638) of the device's key. */
  readonly key: string | undefined;
}

const NOBODY = { evidence: [], device: undefined, user: undefined, key: undefined } as const;

export const OPEN: Identity = { outcome: 'open', ...NOBODY };

/** @param decision one that accepts */
export function identityOf({
  results,
  reported,
}: Extract<Decision<Attestation>, { outcome: 'accept' }>): Identity {
  // A preflight, which carries no evidence.
  if (reported.length === 0 && Object.keys(results).length === 0) return OPEN;
  const { session, signedRequest } = results;
  const signer = signedRequest ?? session;
  return {
    outcome: reported.length > 0 ? 'reported' : 'accepted',
    evidence: Object.keys(results),
    device: signer?.recordId,
    user: signer?.subject,
    key: signer?.thumbprint,
  };
}

/** The header lines, as pairs of name and value. What there is not is the token `none`. */
export function identityLines({ outcome, evidence, device, user, key }: Identity): string[] {
  return [
    'X-Attest-Outcome',
    outcome,
    'X-Attest-Evidence',
    evidence.length === 0 ? 'none' : evidence.map(quoted).join(', '),
    'X-Attest-Device',
    quoted(device),
    'X-Attest-User',
    quoted(user),
    'X-Attest-Key',
    quoted(key),
  ];
}

/** A string of a structured field (RFC 9651 §3.3.3), or, for text beyond printable ASCII, a display string (§3.3.8). */
function quoted(value: string | undefined): string {
  if (value === undefined || value === '') return 'none';
  if (/^[A-Za-z0-9._~:-]+$/.test(value)) return `"${value}"`;
  if (!/[^ -~]/.test(value)) return `"${value.replace(/["\\]/g, '\\$&')}"`;
  const bytes = [...Buffer.from(value)];
  return `%"${bytes.map((byte) => (/[!#$&-~ ]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`)).join('')}"`;
}
