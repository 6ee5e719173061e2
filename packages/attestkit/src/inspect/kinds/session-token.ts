import { inspectSessionToken, SESSION_TOKEN_CHECKS, type SessionResult } from '../../sessions/internal.js';
import { evidenceKind, isoDate, withResult, type EvidenceKind, type Findings } from '../evidence-kind.js';
import { jwkSet, oneOf, pemOrJwk, text, texts } from '../member-types.js';
import { required, type MemberTable } from '../members.js';
import {
  SESSION_ALGORITHMS,
  SESSION_KEY_MEMBERS,
  sessionKey,
  type SessionKeyMembers,
} from './session-key.js';
import { explainToken } from './token-checks.js';

/** An evidence file with a session token. */
export interface SessionTokenEvidence extends SessionKeyMembers {
  readonly kind: 'session-token';
  readonly token: string;
  /** Of `publicKey` or `jwks`; `HS256` is that of `secret`. */
  readonly algorithm?: 'HS256' | 'ES256' | 'EdDSA';
  /** Accepted values of `iss`. Not checked unless given. */
  readonly issuer?: string | readonly string[];
  /** Values of which `aud` has to contain one. Not checked unless given. */
  readonly audience?: string | readonly string[];
  /** The time as of which it is inspected, ISO 8601 with a zone: `2026-06-01T12:00:00Z`. Null: now. */
  readonly at?: string | null;
}

/** What a session token says, in JSON. */
export interface InspectedSession extends Omit<SessionResult, 'issuedAt' | 'expiresAt'> {
  /** ISO 8601. */
  readonly issuedAt: string | undefined;
  /** ISO 8601. */
  readonly expiresAt: string | undefined;
}

export type SessionNotChecked = 'address and user agent' | 'revocation';

const MEMBERS = {
  token: required(text, 'Give the token that the session was given.'),
  secret: texts,
  publicKey: pemOrJwk,
  jwks: jwkSet,
  algorithm: oneOf(SESSION_ALGORITHMS),
  issuer: texts,
  audience: texts,
} as const satisfies MemberTable & Record<keyof Omit<SessionTokenEvidence, 'kind' | 'at'>, unknown>;

const NO_KEY =
  'no key was given: give --secret or JWT_SECRET on the command line, or secret, publicKey or jwks in the ' +
  'evidence file';

/** Every check of the token itself. */
export const SESSION_TOKEN: EvidenceKind<
  'session-token',
  Findings<InspectedSession, SessionNotChecked>
> = evidenceKind('session-token', MEMBERS, ({ token, issuer, audience, ...key }, now) => {
  const inspection = inspectSessionToken(token, { keys: sessionKey(key), issuer, audience, now });
  const read = inspection.verdict === 'pass' ? inspection.result : inspection.unverified;
  const noKey = SESSION_KEY_MEMBERS.every((member) => key[member] === undefined) ? NO_KEY : undefined;
  return {
    ...withResult(inspection, written),
    checks: explainToken(inspection.checks, SESSION_TOKEN_CHECKS, read?.claims ?? {}, noKey, now),
    notChecked: read?.binding === undefined ? ['revocation'] : ['address and user agent', 'revocation'],
  };
});

function written(result: SessionResult): InspectedSession {
  return { ...result, issuedAt: isoDate(result.issuedAt), expiresAt: isoDate(result.expiresAt) };
}
