import { checkClaims, claimExpectations, type ClaimExpectations } from '../kernel/jose/claims.js';
import { appraiseToken, type TokenRules } from '../kernel/jose/token-verifier.js';
import { assertOptions, type OptionTypes } from '../kernel/config/options.js';
import { enforcing, inspecting } from '../kernel/sinks.js';
import type { Checks, Inspection } from '../ports/checks.js';
import type { FixedKeySource, KeySource } from '../ports/keys.js';
import { TOKEN_CHECKS } from './checks.js';
import { approovResult, type ApproovResult } from './result.js';

/** What a token must meet. */
export interface ApproovTokenExpectations {
  /** From `approovKeys`. */
  readonly keys: FixedKeySource;
  /** Accepted values of `iss`. Not checked unless given: Approov adds the claim only if the account enables it. */
  readonly issuer?: string | readonly string[] | undefined;
  /** Values of which `aud` has to contain one. Not checked unless given. */
  readonly audience?: string | readonly string[] | undefined;
  /** Seconds by which the clocks may differ, 0 to 60. Default 0. */
  readonly leewaySeconds?: number | undefined;
  /** Milliseconds since the epoch. Default: now. */
  readonly now?: number | undefined;
}

/**
 * Verifies an Approov token: a compact JWS, signed with the pinned algorithm by a configured key, not expired.
 * Pure and synchronous. The result's `bound` is false: hand it to `verifyApproovBinding` where binding is asked for.
 *
 * @throws AttestationError with one of the codes of the catalog, at the first check that does not hold
 * @throws ConfigurationError when the expectations make no sense
 * @example
 * const keys = approovKeys({ secretBase64: process.env.APPROOV_BASE64_SECRET });
 * const { expiresAt, deviceId } = verifyApproovToken(token, { keys });
 */
export function verifyApproovToken(token: string, expected: ApproovTokenExpectations): ApproovResult {
  return appraiseApproovToken(token, expected, enforcing);
}

/**
 * Runs the same checks as `verifyApproovToken`, all of them, and reports each.
 *
 * @throws ConfigurationError when the expectations make no sense
 * @example
 * const report = inspectApproovToken(token, { keys });
 * if (report.verdict === 'fail') console.log(report.code);
 */
export function inspectApproovToken(
  token: string,
  expected: ApproovTokenExpectations,
): Inspection<ApproovResult> {
  return inspecting((checks, read) => appraiseApproovToken(token, expected, checks, read));
}

const EXPECTATIONS: OptionTypes = {
  keys: 'object',
  issuer: 'any',
  audience: 'any',
  leewaySeconds: 'number',
  now: 'number',
};

/** The straight line, for either sink. */
export function appraiseApproovToken(
  token: string,
  expected: ApproovTokenExpectations,
  checks: Checks,
  read?: (partial: ApproovResult) => void,
): ApproovResult {
  assertOptions(expected, EXPECTATIONS, 'verifyApproovToken');
  const rules = tokenRules(expected.keys, claimExpectations(expected));
  return appraiseToken(token, rules, expected.now ?? Date.now(), checks, read);
}

/** Approov's tokens say `typ: JWT`, or nothing. */
export function tokenRules<Keys extends KeySource>(
  keys: Keys,
  claims: ClaimExpectations,
): TokenRules<ApproovResult, Keys> {
  return {
    checks: TOKEN_CHECKS,
    types: [undefined, 'JWT'],
    keys,
    resultOf: (signed) => approovResult(signed, false),
    appraise: (signed, now, checks) => checkClaims(signed, claims, now, TOKEN_CHECKS, checks),
  };
}
