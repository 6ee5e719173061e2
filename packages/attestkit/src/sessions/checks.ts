import { catalog } from '../kernel/catalog.js';
import { ACCESS_CHECKS } from './state/revocation-checks.js';
import { CHALLENGE_CHECKS } from './tokens/challenge-checks.js';
import { BODY_CHECKS, CONFLICT_CHECKS, ENROLLMENT_CHECKS } from './enrollment/enrollment-checks.js';
import { LIMIT_CHECKS } from './enrollment/limits.js';
import { POLICY_CHECKS } from './policy-checks.js';
import { PROOF_CHECKS } from './evidence/proof-checks.js';
import { REFRESH_CHECKS } from './tokens/refresh-checks.js';
import { SESSION_CHECKS } from './tokens/session-checks.js';
import { STATE_CHECKS } from './state/state-checks.js';

/** The catalog: of the endpoints, then of session tokens, then of signed requests. */
export const SESSIONS_CHECKS = catalog(
  BODY_CHECKS,
  CHALLENGE_CHECKS,
  ENROLLMENT_CHECKS,
  CONFLICT_CHECKS,
  LIMIT_CHECKS,
  POLICY_CHECKS,
  REFRESH_CHECKS,
  SESSION_CHECKS,
  ACCESS_CHECKS,
  PROOF_CHECKS,
  STATE_CHECKS,
);
