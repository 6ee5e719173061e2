import { checkClaims, claimExpectations, type ClaimExpectations } from '../kernel/jose/claims.js';
import {
  parseJws,
  verifyJws,
  type HeaderExpectations,
  type KnownHeaders,
  type ParsedJws,
} from '../kernel/jose/jws.js';
import type { FixedKeySource } from '../kernel/jose/key-source.js';
import { assertOptions, type OptionTypes } from '../kernel/config/options.js';
import { enforcing, inspecting } from '../kernel/sinks.js';
import type { Checks, Inspection } from '../ports/checks.js';
import type { JwsAlgorithm, VerificationKey } from '../ports/keys.js';
import { TOKEN_CHECKS } from './checks.js';
import { approovResult, type ApproovResult } from './result.js';

/** What a token is held to. */
export interface ApproovTokenExpectations {
  /** From `approovKeys`. */
  readonly keys: FixedKeySource;
  /** Accepted values of `iss`. Not checked unless given: Approov adds the claim only where the account enables it. */
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
 * @throws AttestationError with one of the codes of the catalogue, at the first check that does not hold
 * @throws ConfigurationError when the expectations make no sense
 */
export function verifyApproovToken(token: string, expected: ApproovTokenExpectations): ApproovResult {
  return appraiseToken(token, expected, enforcing);
}

/**
 * Runs the same checks as `verifyApproovToken`, all of them, and reports each.
 *
 * @throws ConfigurationError when the expectations make no sense
 */
export function inspectApproovToken(
  token: string,
  expected: ApproovTokenExpectations,
): Inspection<ApproovResult> {
  return inspecting((checks, read) => appraiseToken(token, expected, checks, read));
}

const EXPECTATIONS: OptionTypes = {
  keys: 'object',
  issuer: 'any',
  audience: 'any',
  leewaySeconds: 'number',
  now: 'number',
};

/** The straight line, for either sink. */
export function appraiseToken(
  token: string,
  expected: ApproovTokenExpectations,
  checks: Checks,
  read?: (partial: ApproovResult) => void,
): ApproovResult {
  assertOptions(expected, EXPECTATIONS, 'verifyApproovToken');
  const claims = claimExpectations(expected);
  const jws = parseToken(token, headerExpectations(expected.keys.algorithm), checks);
  return verifyToken(jws, expected.keys.candidates(jws.kid), claims, expected.now ?? Date.now(), checks, read)
    .result;
}

/** First half: all that can be held against a token before its key is known. */
export function parseToken(
  token: string,
  expected: HeaderExpectations,
  checks: Checks,
  known?: KnownHeaders,
): ParsedJws {
  return parseJws(token, expected, TOKEN_CHECKS, checks, known);
}

/** Approov's tokens say `typ: JWT`, or nothing. */
export function headerExpectations(algorithm: JwsAlgorithm): HeaderExpectations {
  return { algorithm, types: [undefined, 'JWT'] };
}

/** Second half: the signature by one of the candidate keys, then the claims. */
export function verifyToken(
  jws: ParsedJws,
  candidates: readonly VerificationKey[],
  expected: ClaimExpectations,
  now: number,
  checks: Checks,
  read?: (partial: ApproovResult) => void,
): { result: ApproovResult; key: VerificationKey | undefined } {
  const { claims, key } = verifyJws(jws, candidates, TOKEN_CHECKS, checks);
  const result = approovResult(claims, false);
  read?.(result);
  checkClaims(claims, expected, now, TOKEN_CHECKS, checks);
  return { result, key };
}
