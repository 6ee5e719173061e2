import type { JsonWebKey } from 'node:crypto';
import { checkClaims, claimExpectations, type ClaimExpectations } from '../kernel/jose/claims.js';
import { ConfigurationError } from '../kernel/errors.js';
import type { JsonObject } from '../kernel/bytes/json.js';
import { jwksSource } from '../kernel/jose/key-source.js';
import { milliseconds } from '../kernel/jose/numeric-date.js';
import { appraiseToken, type TokenRules } from '../kernel/jose/token-verifier.js';
import { assertOptions, type OptionTypes } from '../kernel/config/options.js';
import { readJwks } from '../kernel/jose/public-keys.js';
import { enforcing, inspecting } from '../kernel/sinks.js';
import type { Checks, Inspection } from '../ports/checks.js';
import type { JwsAlgorithm, KeySource } from '../ports/keys.js';
import { CLAIM_CHECKS, TOKEN_CHECKS } from './checks.js';

/** A token that an attester signed for one app, one device and one challenge. */
export interface SignedTokenResult {
  readonly kind: 'signedToken';
  /** Claim `app_id`: the app, as the configuration names it. */
  readonly appId: string;
  /** Claim `device_id`. */
  readonly deviceId: string;
  /** Milliseconds since the epoch; may have a fraction. */
  readonly expiresAt: number;
  /** All claims as signed. */
  readonly claims: JsonObject;
}

/** What a token must meet. */
export interface SignedTokenExpectations {
  /** The attester's JWK Set (RFC 7517 §5), parsed. */
  readonly jwks: { readonly keys: readonly JsonWebKey[] };
  /** The one algorithm of the tokens. Default `ES256`. */
  readonly algorithm?: Exclude<JwsAlgorithm, `HS${string}`> | undefined;
  /** The apps that are accepted; `app_id` has to be one of them, and `aud` has to name the same one. */
  readonly appIds: readonly string[];
  /** The device that sends the token; claim `device_id`. */
  readonly deviceId: string;
  /** The challenge as it was issued; claim `challenge`. */
  readonly challenge: string;
  /** Accepted values of `iss`. Not checked unless given. */
  readonly issuer?: string | readonly string[] | undefined;
  /** Seconds by which the clocks may differ, 0 to 60. Default 0. */
  readonly leewaySeconds?: number | undefined;
  /** Milliseconds since the epoch. Default: now. */
  readonly now?: number | undefined;
}

/**
 * Verifies a JWT by which an attester vouches for an app on a device: a compact JWS, signed with the pinned
 * algorithm by a key of the set, not expired, for this app, this device and this challenge. Pure and synchronous.
 *
 * @throws AttestationError with one of the codes of the catalog, at the first check that does not hold
 * @throws ConfigurationError when the expectations make no sense
 * @example
 * const { appId } = verifySignedToken(token, { jwks, appIds, deviceId, challenge });
 */
export function verifySignedToken(token: string, expected: SignedTokenExpectations): SignedTokenResult {
  return appraise(token, expected, enforcing);
}

/**
 * Runs the same checks as `verifySignedToken`, all of them, and reports each.
 *
 * @throws ConfigurationError when the expectations make no sense
 * @example
 * const report = inspectSignedToken(token, { jwks, appIds, deviceId, challenge });
 */
export function inspectSignedToken(
  token: string,
  expected: SignedTokenExpectations,
): Inspection<SignedTokenResult> {
  return inspecting((checks, read) => appraise(token, expected, checks, read));
}

const EXPECTATIONS: OptionTypes = {
  jwks: 'object',
  algorithm: 'string',
  appIds: 'list',
  deviceId: 'string',
  challenge: 'string',
  issuer: 'any',
  leewaySeconds: 'number',
  now: 'number',
};

function appraise(
  token: string,
  expected: SignedTokenExpectations,
  checks: Checks,
  read?: (partial: SignedTokenResult) => void,
): SignedTokenResult {
  assertOptions(expected, EXPECTATIONS, 'verifySignedToken');
  const { algorithm = 'ES256', now = Date.now() } = expected;
  assertPublicKeyAlgorithm(algorithm);
  const keys = readJwks(expected.jwks, algorithm);
  if (typeof keys === 'string')
    throw new ConfigurationError(
      'jwks',
      `cannot be used: ${keys}`,
      `Give a set with a key for ${algorithm}.`,
    );
  const rules = tokenRules(jwksSource(algorithm, keys), { ...expected, claims: tokenClaims(expected) });
  return appraiseToken(token, rules, now, checks, read);
}

/**
 * Refuses an algorithm that is for a shared secret, or unknown: an attester signs for many.
 *
 * @throws ConfigurationError
 */
export function assertPublicKeyAlgorithm(algorithm: unknown): void {
  if (typeof algorithm === 'string' && /^([RPE]S(256|384|512)|EdDSA)$/.test(algorithm)) return;
  const remedy = 'Name the algorithm of the key set: ES256, for example.';
  throw new ConfigurationError('algorithm', 'is not one for public keys', remedy);
}

/**
 * Reads the options that say what the registered claims must meet.
 *
 * @throws ConfigurationError naming the option
 */
export function tokenClaims(options: {
  appIds: readonly string[];
  issuer?: string | readonly string[] | undefined;
  leewaySeconds?: number | undefined;
}): ClaimExpectations {
  const { appIds } = options;
  if (
    !Array.isArray(appIds) ||
    appIds.length === 0 ||
    appIds.some((id) => typeof id !== 'string' || id === '')
  )
    throw new ConfigurationError('appIds', 'names no app', 'Give a list with the bundle id of the app.');
  return claimExpectations({ ...options, audience: appIds });
}

/** What a token has to say. */
interface Bindings {
  readonly claims: ClaimExpectations;
  readonly appIds: readonly string[];
  readonly deviceId: string;
  readonly challenge: string;
}

export function tokenRules<Keys extends KeySource>(
  keys: Keys,
  expected: Bindings,
): TokenRules<SignedTokenResult, Keys> {
  return {
    checks: TOKEN_CHECKS,
    types: [undefined, 'JWT'],
    keys,
    resultOf,
    appraise: (claims, now, checks) => appraiseClaims(claims, expected, now, checks),
  };
}

function resultOf(claims: JsonObject): SignedTokenResult {
  const { app_id: appId, device_id: deviceId, exp } = claims;
  return {
    kind: 'signedToken',
    appId: appId as string,
    deviceId: deviceId as string,
    expiresAt: milliseconds(exp),
    claims,
  };
}

function appraiseClaims(claims: JsonObject, expected: Bindings, now: number, checks: Checks): void {
  const { app_id: appId, aud, device_id: deviceId, challenge } = claims;
  checkClaims(claims, expected.claims, now, TOKEN_CHECKS, checks);
  const known = typeof appId === 'string' && expected.appIds.includes(appId);
  checks.holds(CLAIM_CHECKS.appId, known, appId, expected.appIds);
  const same = Array.isArray(aud) ? aud.includes(appId) : aud === appId;
  checks.holds(CLAIM_CHECKS.sameApp, same, aud, appId);
  checks.holds(CLAIM_CHECKS.deviceId, deviceId === expected.deviceId, deviceId, expected.deviceId);
  checks.holds(CLAIM_CHECKS.challenge, challenge === expected.challenge, challenge, expected.challenge);
}
