import { atLeast, atMost } from '../kernel/asked.js';
import { equalBytes } from '../kernel/bytes/equal-bytes.js';
import { ConfigurationError } from '../kernel/errors.js';
import { isJsonObject, type JsonObject } from '../kernel/bytes/json.js';
import { decryptJwe } from '../kernel/jose/jwe.js';
import { parseJws, verifyJws, type HeaderExpectations } from '../kernel/jose/jws.js';
import { enforcing, inspecting, mustRead } from '../kernel/sinks.js';
import type { Checks, Inspection } from '../ports/checks.js';
import { bindingMistake } from './binding-mistakes.js';
import { readExpectations, type VerdictExpectations, type VerdictRules } from './expectations.js';
import { factsOf, unpadded } from './facts.js';
import { areKeys, type PlayIntegrityKeys } from './token/keys.js';
import { isWithinCaps } from './verdict/members.js';
import { appraisePolicy } from './policy.js';
import { readVerdict } from './verdict/read-verdict.js';
import { JWS_CHECKS, TOKEN_CHECKS } from './token/token-checks.js';
import type { PlayIntegrityVerdict } from './verdict/verdict.js';
import { POLICY_CHECKS, VERDICT_CHECKS as CHECKS } from './verdict/verdict-checks.js';

/**
 * Appraises a decoded verdict: for this app, bound to this request, recent, and good enough for the policy. Pure and
 * synchronous. A payload is trustworthy only because of its source: Google's answer, or a token that
 * `verifyPlayIntegrityToken` decodes. A nonce has to be consumed by the caller, once.
 *
 * @param payload the object `tokenPayloadExternal` of Google's answer, parsed
 * @throws AttestationError with one of the codes of the catalog, at the first check that does not hold
 * @throws ConfigurationError when the expectations make no sense
 * @example
 * const verdict = verifyPlayIntegrityVerdict(payload, { packageName: 'com.example.app', requestHash });
 * console.log(verdict.deviceIntegrity.deviceRecognitionVerdict);
 */
export function verifyPlayIntegrityVerdict(
  payload: unknown,
  expected: VerdictExpectations,
): PlayIntegrityVerdict {
  return appraiseVerdict(payload, readExpectations(expected), enforcing);
}

/**
 * Runs the same checks as `verifyPlayIntegrityVerdict`, all of them, and reports each.
 *
 * @throws ConfigurationError when the expectations make no sense
 * @example
 * const report = inspectPlayIntegrityVerdict(payload, { packageName: 'com.example.app', requestHash });
 */
export function inspectPlayIntegrityVerdict(
  payload: unknown,
  expected: VerdictExpectations,
): Inspection<PlayIntegrityVerdict> {
  const rules = readExpectations(expected);
  return inspecting((checks, read) => appraiseVerdict(payload, rules, checks, read));
}

/**
 * Decrypts and verifies the token of a classic request with the app's own response keys, then appraises its verdict.
 * Pure and synchronous.
 *
 * @param keys from `playIntegrityKeys`
 * @throws AttestationError with one of the codes of the catalog, at the first check that does not hold
 * @throws ConfigurationError when keys or expectations make no sense
 * @example
 * const keys = playIntegrityKeys({ decryptionKey, verificationKey });
 * const verdict = verifyPlayIntegrityToken(token, keys, { packageName: 'com.example.app', nonce });
 */
export function verifyPlayIntegrityToken(
  token: string,
  keys: PlayIntegrityKeys,
  expected: VerdictExpectations,
): PlayIntegrityVerdict {
  const rules = readExpectations(expected);
  assertKeys(keys);
  return appraiseVerdict(decodeToken(token, keys, enforcing), rules, enforcing);
}

/**
 * Runs the same checks as `verifyPlayIntegrityToken`, all of them, and reports each.
 *
 * @throws ConfigurationError when keys or expectations make no sense
 * @example
 * const report = inspectPlayIntegrityToken(token, keys, { packageName: 'com.example.app', nonce });
 */
export function inspectPlayIntegrityToken(
  token: string,
  keys: PlayIntegrityKeys,
  expected: VerdictExpectations,
): Inspection<PlayIntegrityVerdict> {
  const rules = readExpectations(expected);
  assertKeys(keys);
  return inspecting((checks, read) => appraiseVerdict(decodeToken(token, keys, checks), rules, checks, read));
}

function assertKeys(keys: PlayIntegrityKeys): void {
  if (areKeys(keys)) return;
  throw new ConfigurationError('keys', 'are not response keys', 'Give what playIntegrityKeys returned.');
}

/** ES256 whatever the header says; a compact JWS may say so itself (RFC 7515 §4.1.9). */
const HEADER: HeaderExpectations = { algorithms: ['ES256'], types: [undefined, 'JWT', 'JOSE'] };

/** The two layers of a token: a JWE for a decryption key, and in it a JWS by the verification key of the same set. */
export function decodeToken(token: string, keys: PlayIntegrityKeys, checks: Checks): JsonObject {
  const { plaintext, recipient } = decryptJwe(token, keys.sets, TOKEN_CHECKS, checks);
  const jws = parseJws(plaintext.toString('latin1'), HEADER, JWS_CHECKS, checks);
  return verifyJws(jws, [recipient.verificationKey], JWS_CHECKS, checks).claims;
}

/** The straight line, for either sink: the steps of the appraisal in order. */
export function appraiseVerdict(
  payload: unknown,
  rules: VerdictRules,
  checks: Checks,
  read?: (partial: PlayIntegrityVerdict) => void,
): PlayIntegrityVerdict {
  // There is a verdict.
  const isReadable = isJsonObject(payload) && isWithinCaps(payload);
  const object = mustRead(checks, CHECKS.readable, isReadable ? payload : undefined);
  const verdict = readVerdict(object);
  read?.(verdict);
  appraiseRequest(verdict, rules, checks);
  appraiseTesting(verdict.testing, rules, checks);
  checks.holds(POLICY_CHECKS.app, isJsonObject(object['appIntegrity']));
  checks.holds(POLICY_CHECKS.cleared, !isCleared(verdict));
  appraisePolicy(factsOf(verdict), rules.app, rules.policy, checks);
  return verdict;
}

/** For this app, this request, this moment. */
function appraiseRequest(
  { requestDetails, payload }: PlayIntegrityVerdict,
  { app, binding, window, now }: VerdictRules,
  checks: Checks,
): void {
  checks.holds(CHECKS.requestDetails, isJsonObject(payload['requestDetails']));
  const { requestPackageName, requestHash, nonce, timestampMillis } = requestDetails;
  const { packageName } = app;
  checks.holds(CHECKS.requestPackage, requestPackageName === packageName, requestPackageName, packageName);

  const [bound, other] = binding.kind === 'nonce' ? [nonce, 'requestHash'] : [requestHash, 'nonce'];
  const details = isJsonObject(payload['requestDetails']) ? payload['requestDetails'] : {};
  checks.holds(CHECKS.bindingKind, bound !== undefined && details[other] === undefined);
  const isBound = bound !== undefined && isSame(bound, binding);
  const mistake = isBound ? undefined : bindingMistake(bound, binding);
  checks.holds(CHECKS.binding, isBound, bound, binding.value, mistake);

  checks.holds(CHECKS.timestamp, timestampMillis !== undefined);
  const age = now - (timestampMillis ?? Number.NaN);
  const requested = timestampMillis === undefined ? undefined : new Date(timestampMillis);
  checks.holds(CHECKS.recent, age <= window.maxAgeMs, requested, atLeast(new Date(now - window.maxAgeMs)));
  checks.holds(CHECKS.past, age >= -window.leewayMs, requested, atMost(new Date(now + window.leewayMs)));
}

/** It is not an answer that a developer set up for a test. */
export function appraiseTesting(
  testing: boolean,
  { policy }: Pick<VerdictRules, 'policy'>,
  checks: Checks,
): void {
  checks.holds(POLICY_CHECKS.testing, !testing || policy.allowTesting, testing);
}

/** In constant time. Android's encoders pad base64 or not, in either alphabet; a request hash is text as it is. */
function isSame(bound: string, { kind, value }: { kind: 'requestHash' | 'nonce'; value: string }): boolean {
  const [one, other] = kind === 'nonce' ? [unpadded(bound), unpadded(value)] : [bound, value];
  return equalBytes(Buffer.from(one, 'utf8'), Buffer.from(other, 'utf8'));
}

/** What Google answers for a token that was decoded before; a device that it does not trust at all looks the same. */
function isCleared({ appIntegrity, deviceIntegrity, accountDetails }: PlayIntegrityVerdict): boolean {
  return (
    appIntegrity.appRecognitionVerdict === 'UNEVALUATED' &&
    deviceIntegrity.deviceRecognitionVerdict.length === 0 &&
    (accountDetails.appLicensingVerdict ?? 'UNEVALUATED') === 'UNEVALUATED'
  );
}
