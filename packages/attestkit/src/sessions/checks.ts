import type { CheckDef } from '../ports/checks.js';
import { ACCESS_CHECKS } from './state/revocation-checks.js';
import { CHALLENGE_CHECKS } from './tokens/challenge-checks.js';
import { BODY_CHECKS, CONFLICT_CHECKS, ENROLMENT_CHECKS } from './enrolment/enrolment-checks.js';
import { LIMIT_CHECKS } from './enrolment/limits.js';
import { POLICY_CHECKS } from './policy-checks.js';
import { PROOF_CHECKS } from './evidence/proof-checks.js';
import { REFRESH_CHECKS } from './tokens/refresh-checks.js';
import { SESSION_CHECKS, type SessionTokenErrorCode } from './tokens/session-checks.js';
import { STATE_CHECKS } from './state/state-checks.js';

type CodeOf<Catalogue extends Readonly<Record<string, CheckDef>>> = Catalogue[keyof Catalogue]['code'];

/** Every code with which enrolment, a session or a signed request can be refused, beside those of the evidence. */
export type SessionsErrorCode =
  | CodeOf<typeof BODY_CHECKS>
  | CodeOf<typeof CHALLENGE_CHECKS>
  | CodeOf<typeof ENROLMENT_CHECKS>
  | CodeOf<typeof CONFLICT_CHECKS>
  | CodeOf<typeof LIMIT_CHECKS>
  | CodeOf<typeof POLICY_CHECKS>
  | CodeOf<typeof REFRESH_CHECKS>
  | SessionTokenErrorCode
  | CodeOf<typeof ACCESS_CHECKS>
  | CodeOf<typeof PROOF_CHECKS>
  | CodeOf<typeof STATE_CHECKS>;

/** The catalogue: of the endpoints, then of session tokens, then of signed requests. */
export const SESSIONS_CHECKS: readonly CheckDef<SessionsErrorCode>[] = [
  ...Object.values(BODY_CHECKS),
  ...Object.values(CHALLENGE_CHECKS),
  ...Object.values(ENROLMENT_CHECKS),
  ...Object.values(CONFLICT_CHECKS),
  ...Object.values(LIMIT_CHECKS),
  ...Object.values(POLICY_CHECKS),
  ...Object.values(REFRESH_CHECKS),
  ...SESSION_CHECKS,
  ...Object.values(ACCESS_CHECKS),
  ...Object.values(PROOF_CHECKS),
  ...Object.values(STATE_CHECKS),
];
