import type { EvidenceKindName } from 'attestkit/inspect';

// Addresses within the pages. Values are escaped, and stand behind a fixed path: what they say never decides where a link leads.

/**
 * The decisions that a filter leaves.
 *
 * @example decisionsOf({ code: 'ERR_JWKS_UNAVAILABLE' }) // '/decisions?code=ERR_JWKS_UNAVAILABLE'
 */
export function decisionsOf(filter: Readonly<Record<string, string>>): string {
  return `/decisions?${new URLSearchParams(filter).toString()}`;
}

/**
 * The explanation of a code.
 *
 * @example errorOf('ERR_JWKS_UNAVAILABLE') // '/errors#ERR_JWKS_UNAVAILABLE'
 */
export function errorOf(code: string): string {
  return `/errors#${encodeURIComponent(code)}`;
}

/** How the codes of each kind of evidence begin, the longer before the shorter. */
const KINDS: readonly (readonly [prefix: string, kind: EvidenceKindName])[] = [
  ['ERR_APPROOV_SIGNATURE_', 'approov-message'],
  ['ERR_APPROOV_', 'approov-token'],
  ['ERR_APP_ATTEST_ASSERTION_', 'app-attest-assertion'],
  ['ERR_APP_ATTEST_COUNTER_', 'app-attest-assertion'],
  ['ERR_APP_ATTEST_RECEIPT_', 'app-attest-receipt'],
  ['ERR_APP_ATTEST_', 'app-attest-attestation'],
  ['ERR_KEY_ATTESTATION_SIGNATURE_', 'key-attestation-signature'],
  ['ERR_KEY_ATTESTATION_', 'key-attestation'],
  ['ERR_PLAY_INTEGRITY_', 'play-integrity'],
  ['ERR_APP_CHECK_', 'app-check'],
  ['ERR_SESSION_', 'session-token'],
];

/**
 * The inspector for the evidence of a decision, which the link does not have: the developer adds it there.
 *
 * @example inspectorOf({ code: 'ERR_APP_CHECK_TOKEN_EXPIRED', at: 0 }) // '/inspect#code=ERR_APP_CHECK_TOKEN_EXPIRED&kind=app-check&at=1970-01-01T00%3A00%3A00.000Z'
 */
export function inspectorOf({ code, at }: { readonly code: string; readonly at: number }): string {
  const [, kind] = KINDS.find(([prefix]) => code.startsWith(prefix)) ?? [];
  const members = new URLSearchParams({
    code,
    ...(kind !== undefined && { kind }),
    at: new Date(at).toISOString(),
  });
  return `/inspect#${members.toString()}`;
}
