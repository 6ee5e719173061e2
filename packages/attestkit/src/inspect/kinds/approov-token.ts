import { inspectApproov, TOKEN_CHECKS } from '../../approov/internal.js';
import type { ApproovResult } from '../../approov/index.js';
import { ALGORITHMS } from '../../kernel/jose/jwa.js';
import type { JwsAlgorithm } from '../../ports/keys.js';
import { approovKey, KEY_MEMBERS, type ApproovKeyMembers } from './approov-key.js';
import { evidenceKind, type EvidenceKind, type Findings } from '../evidence-kind.js';
import { jwkSet, latin1, numberOf, oneOf, pemOrJwk, text, texts } from '../member-types.js';
import { required, type MemberTable } from '../members.js';
import { explainToken } from './token-checks.js';

/** What an Approov token is inspected with. */
export interface ApproovTokenMembers extends ApproovKeyMembers {
  /** Default `HS256`. */
  readonly algorithm?: JwsAlgorithm;
  /** The value of the binding header, each character one byte (latin-1). The binding is not checked unless given. */
  readonly binding?: string;
  /** Accepted values of `iss`. Not checked unless given. */
  readonly issuer?: string | readonly string[];
  /** Values of which `aud` has to contain one. Not checked unless given. */
  readonly audience?: string | readonly string[];
  /** Seconds by which the clocks may differ, 0 to 60. Default 0. */
  readonly leewaySeconds?: number;
}

/** An evidence file of this kind. */
export interface ApproovTokenEvidence extends ApproovTokenMembers {
  readonly kind: 'approov-token';
  readonly token: string;
  /** The time as of which it is inspected, ISO 8601 with a zone: `2026-06-01T12:00:00Z`. Null: now. */
  readonly at?: string | null;
}

const MEMBERS = {
  token: required(text, 'Give the value of the header Approov-Token.'),
  secretBase64: text,
  secretBase64url: text,
  publicKey: pemOrJwk,
  jwks: jwkSet,
  algorithm: oneOf(Object.keys(ALGORITHMS) as JwsAlgorithm[]),
  binding: latin1,
  issuer: texts,
  audience: texts,
  leewaySeconds: numberOf(' of seconds'),
} as const satisfies MemberTable & Record<keyof Omit<ApproovTokenEvidence, 'kind' | 'at'>, unknown>;

const NO_KEY =
  'no key was given: give --secret or APPROOV_BASE64_SECRET on the command line, or secretBase64, ' +
  'secretBase64url, publicKey or jwks in the evidence file';

/** Every check of a token, and of its binding where `binding` is given. */
export const APPROOV_TOKEN: EvidenceKind<'approov-token', Findings<ApproovResult, 'binding'>> = evidenceKind(
  'approov-token',
  MEMBERS,
  ({ token, binding, issuer, audience, leewaySeconds, ...key }, now) => {
    const inspection = inspectApproov(
      token,
      { keys: approovKey(key), issuer, audience, leewaySeconds, now },
      binding === undefined ? undefined : Buffer.from(binding, 'latin1'),
    );
    const read = inspection.verdict === 'pass' ? inspection.result : inspection.unverified;
    const claims = read?.claims ?? {};
    const noKey = KEY_MEMBERS.every((member) => key[member] === undefined) ? NO_KEY : undefined;
    return {
      ...inspection,
      checks: explainToken(inspection.checks, TOKEN_CHECKS, claims, noKey, now),
      notChecked: binding === undefined && claims['pay'] !== undefined ? ['binding'] : [],
    };
  },
);
