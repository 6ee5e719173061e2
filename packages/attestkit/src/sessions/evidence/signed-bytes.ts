import { createHash } from 'node:crypto';
import { AttestationError } from '../../kernel/errors.js';
import { PROOF_CHECKS as CHECKS } from './proof-checks.js';

/** A request as a device signs it. */
export interface SignedRequest {
  /** Whom the signature is meant for: as the server is configured, and as the app is built. */
  readonly audience: string;
  /** As sent: `POST`. */
  readonly method: string;
  /** Path and query as on the request line: never decoded, never shortened by a router's prefix. */
  readonly target: string;
  /** The body's exact bytes as on the wire; none for a request without. */
  readonly body: Uint8Array;
  /** The challenge as it was returned, if there is one. */
  readonly challenge?: string | undefined;
}

/**
 * The bytes that a device signs over a request: six lines in UTF-8, with `\n` between and none at the end. They are
 * the client data; App Attest hashes them once with SHA-256.
 *
 * ```
 * attestkit-request-v1
 * audience
 * METHOD
 * target
 * base64url(SHA-256(body)), without padding
 * challenge, or nothing
 * ```
 *
 * @throws AttestationError ERR_ASSERTION_LINES_MALFORMED if a part is empty or has a character that no line can carry
 * @example
 * const signed = requestBytes({ audience, method: 'POST', target: '/transfers?x=1', body });
 */
export function requestBytes(request: SignedRequest): Uint8Array {
  const { audience, method, target, body, challenge } = request;
  const digest = createHash('sha256').update(body).digest('base64url');
  const parts = [line(audience), visible(method), visible(target), digest];
  return lines('attestkit-request-v1', ...parts, challenge === undefined ? '' : visible(challenge));
}

/** What a device signs to get something for its key, instead of a request. */
export interface SignedExchange {
  /** Whom the signature is meant for: as the server is configured, and as the app is built. */
  readonly audience: string;
  readonly deviceId: string;
  /** The challenge as it was returned. */
  readonly challenge: string;
}

/**
 * The bytes that a device signs to get a session (`assert`): four lines in UTF-8, with `\n` between and none at the
 * end: `attestkit-session-v1`, the audience, the device id, the challenge.
 *
 * @throws AttestationError ERR_ASSERTION_LINES_MALFORMED
 * @example
 * const signed = sessionBytes({ audience, deviceId, challenge });
 */
export function sessionBytes(exchange: SignedExchange): Uint8Array {
  return exchangeBytes('attestkit-session-v1', exchange);
}

/** What a device signs with a key that it has enrolled, to enroll another under its device id. */
export interface SignedReplacement extends SignedExchange {
  /** The platform's name of the new key, base64url of 32 bytes; undefined for evidence that is about no key. */
  readonly keyId: string | undefined;
}

/**
 * The bytes that a device signs with a key that it has enrolled, to enroll another under its device id: five lines,
 * `attestkit-replace-v1`, the audience, the device id, the challenge that the new evidence is bound to, and the new
 * key's id in base64url, or nothing.
 *
 * @throws AttestationError ERR_ASSERTION_LINES_MALFORMED
 * @example
 * const signed = replacementBytes({ audience, deviceId, keyId, challenge });
 */
export function replacementBytes({ keyId, ...exchange }: SignedReplacement): Uint8Array {
  return exchangeBytes('attestkit-replace-v1', exchange, keyId === undefined ? '' : visible(keyId));
}

/** What a device signs beside a refresh token, if the server asks for a proof. */
export interface SignedRefresh {
  /** Whom the signature is meant for: as the server is configured, and as the app is built. */
  readonly audience: string;
  readonly deviceId: string;
  /** The refresh token that is sent. */
  readonly refreshToken: string;
}

/**
 * The bytes that a device signs beside a refresh token: four lines in UTF-8, with `\n` between and none at the end:
 * `attestkit-refresh-v1`, the audience, the device id, the refresh token.
 *
 * @throws AttestationError ERR_ASSERTION_LINES_MALFORMED
 * @example
 * const signed = refreshBytes({ audience, deviceId, refreshToken });
 */
export function refreshBytes({ audience, deviceId, refreshToken }: SignedRefresh): Uint8Array {
  return lines('attestkit-refresh-v1', line(audience), visible(deviceId), visible(refreshToken));
}

function exchangeBytes(
  label: string,
  { audience, deviceId, challenge }: SignedExchange,
  ...more: readonly string[]
): Uint8Array {
  return lines(label, line(audience), visible(deviceId), visible(challenge), ...more);
}

function lines(...parts: readonly string[]): Uint8Array {
  return Buffer.from(parts.join('\n'), 'utf8');
}

/** Text without control characters: a line break in one part would let it speak for the next. */
function line(text: string): string {
  if (!/^\P{Cc}+$/u.test(text)) throw new AttestationError(CHECKS.lines);
  return text;
}

/** Visible ASCII, as all of a request line is (RFC 9112 §3): of anything else two readers may see two bytes. */
function visible(text: string): string {
  if (!/^[\x21-\x7e]+$/.test(text)) throw new AttestationError(CHECKS.lines);
  return text;
}
