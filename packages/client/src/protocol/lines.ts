import { base64url } from '../bytes/base64.js';
import { sha256 } from '../bytes/sha256.js';
import { utf8 } from '../bytes/utf8.js';

/** What a device signs for one request. */
export interface RequestLines {
  readonly audience: string;
  /** In capitals. */
  readonly method: string;
  /** Path and query, as on the request line. */
  readonly target: string;
  /** The bytes on the wire; empty if there is no body. */
  readonly body: Uint8Array;
  /** Default none. */
  readonly challenge?: string | undefined;
}

/** The text that is signed for a request. */
export function requestLines({ audience, method, target, body, challenge = '' }: RequestLines): string {
  const digest = base64url(sha256(body));
  return ['attestkit-request-v1', audience, method, target, digest, challenge].join('\n');
}

/** The text that is signed to get a session for a key. */
export function sessionLines(audience: string, label: string, challenge: string): string {
  return ['attestkit-session-v1', audience, label, challenge].join('\n');
}

/** The text that the old key signs when a new one takes its place. @param newKeyId base64url */
export function replaceLines(audience: string, label: string, challenge: string, newKeyId: string): string {
  return ['attestkit-replace-v1', audience, label, challenge, newKeyId].join('\n');
}

/** What binds evidence without a key to a challenge and a label: Play Integrity's `requestHash`. */
export function enrollmentHash(challenge: string, label: string): string {
  return base64url(sha256(utf8(['attestkit-enrol-v1', challenge, label].join('\n'))));
}

/** The field `X-App-Attest` of a signed request. */
export function proofField(
  proof: 'assertion' | 'signature',
  {
    keyId,
    signed,
    challenge,
  }: { readonly keyId: string; readonly signed: string; readonly challenge?: string | undefined },
): string {
  const suffix = challenge === undefined ? '' : `; challenge=${challenge}`;
  return `v=1; key_id=${keyId}; ${proof}=${signed}${suffix}`;
}
