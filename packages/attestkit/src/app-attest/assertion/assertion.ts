import { hash, verify, type KeyObject } from 'node:crypto';
import { atLeast } from '../../kernel/asked.js';
import { equalBytes } from '../../kernel/bytes/equal-bytes.js';
import { isTextMap, readCbor, type CborMap } from '../../kernel/bytes/cbor.js';
import { ConfigurationError } from '../../kernel/errors.js';
import { assertOptions, type OptionTypes } from '../../kernel/config/options.js';
import { enforcing, inspecting, mustRead } from '../../kernel/sinks.js';
import type { Checks, Inspection } from '../../ports/checks.js';
import { ASSERTION_CHECKS as CHECKS } from './assertion-checks.js';
import { readAuthenticatorData } from '../authenticator-data.js';
import type { AppAttestCache } from '../cache.js';
import { clientDataHashOf } from './client-data.js';
import { MAX_ASSERTION } from '../encoding.js';
import { hashAppId } from '../expectations.js';
import {
  appraiseLaunch,
  readLaunch,
  readLaunchPolicies,
  type AppAttestCategory,
  type LaunchPolicyOptions,
} from '../launch.js';
import { importPublicKey } from './public-key.js';

/** What an assertion must meet. */
export interface AssertionExpectations extends LaunchPolicyOptions {
  /** The App ID that the key was attested for. */
  readonly appId: string;
  /** The attested key: PEM, SPKI in DER, or imported. */
  readonly publicKey: string | Uint8Array | KeyObject;
  /** The exact bytes that the app hashed with SHA-256 and had signed. */
  readonly clientData?: Uint8Array | undefined;
  /** Instead of `clientData`: the very bytes that the app gave to `generateAssertion`. */
  readonly clientDataHash?: Uint8Array | undefined;
  /** The key's last counter, unsigned, 32 bits; 0 when it has signed nothing yet. */
  readonly previousCounter: number;
  /** From `createAppAttestCache`. Default: the key is imported anew, which costs more than the verification. */
  readonly cache?: AppAttestCache | undefined;
}

/** A genuine assertion. */
export interface AppAttestAssertion {
  readonly kind: 'appAttestAssertion';
  /** What to keep as the key's last counter: atomically, and only if it is still above the one that is kept. */
  readonly counter: number;
  readonly appId: string;
  /** How the app came to the device; undefined before iOS 27 and macOS 27. */
  readonly category: AppAttestCategory | undefined;
  /** CFBundleVersion; undefined before iOS 27, and of Macs. */
  readonly bundleVersion: string | undefined;
  /** SHA-256 of the code directory of the app that signed, in hexadecimal; see `AppAttestAttestation`. */
  readonly codeDirectoryHash: string | undefined;
}

/**
 * Verifies an assertion: CBOR as the app got it from `generateAssertion`. Pure and synchronous. The caller has to
 * ensure: that a challenge in the client data, if it is one, was its own and is used once (Apple, step 6), and
 * that of two requests with the same counter only one is accepted.
 *
 * @throws AttestationError with one of the codes of the catalog, at the first check that does not hold
 * @throws ConfigurationError when the expectations make no sense
 * @example
 * const { counter } = verifyAppAttestAssertion(assertion, { appId, publicKey, clientData, previousCounter: 0 });
 */
export function verifyAppAttestAssertion(
  assertion: Uint8Array,
  expected: AssertionExpectations,
): AppAttestAssertion {
  return appraiseAssertion(assertion, expected, enforcing);
}

/**
 * Runs the same checks as `verifyAppAttestAssertion`, all of them, and reports each.
 *
 * @throws ConfigurationError when the expectations make no sense
 * @example
 * const report = inspectAppAttestAssertion(assertion, { appId, publicKey, clientData, previousCounter: 0 });
 * console.log(report.checks.filter(({ ok }) => !ok));
 */
export function inspectAppAttestAssertion(
  assertion: Uint8Array,
  expected: AssertionExpectations,
): Inspection<AppAttestAssertion> {
  return inspecting((checks, read) => appraiseAssertion(assertion, expected, checks, read));
}

const OPTIONS: OptionTypes = {
  appId: 'string',
  publicKey: 'any',
  clientData: 'any',
  clientDataHash: 'any',
  previousCounter: 'number',
  category: 'object',
  bundleVersion: 'object',
  codeDirectoryHash: 'object',
  cache: 'object',
};

/** The straight line, for either sink. */
function appraiseAssertion(
  assertion: Uint8Array,
  expected: AssertionExpectations,
  checks: Checks,
  read?: (partial: AppAttestAssertion) => void,
): AppAttestAssertion {
  assertOptions(expected, OPTIONS, 'verifyAppAttestAssertion');
  const { appId, previousCounter, cache } = expected;
  const appIdHash = hashAppId('appId', appId);
  const clientDataHash = clientDataHashOf('clientData', expected.clientData, expected.clientDataHash);
  const policies = readLaunchPolicies(expected);
  assertCounter(previousCounter);
  const key = importPublicKey(expected.publicKey, cache);

  // All that has to be readable.
  const { signature, authenticatorData } = readMembers(assertion, checks);
  const data = mustRead(checks, CHECKS.authenticatorData, readAuthenticatorData(authenticatorData));

  // Steps 1 to 3: signed is SHA-256(authenticatorData ‖ clientDataHash), which ECDSA hashes once more.
  const nonce = hash('sha256', Buffer.concat([authenticatorData, clientDataHash]), 'buffer');
  checks.holds(CHECKS.signature, isSignature(signature, nonce, key));

  // Step 4: rpIdHash is SHA-256 of the App ID.
  checks.holds(CHECKS.appId, equalBytes(data.rpIdHash, appIdHash));

  // Step 5: the counter has risen; above 0 the first time.
  checks.holds(CHECKS.counter, data.counter > previousCounter, data.counter, atLeast(previousCounter + 1));

  // Steps 7 and 8: what iOS 27 says of the app. (Step 6 is about the client data, which is the caller's.)
  const launch = readLaunch(data, CHECKS, checks);
  const result: AppAttestAssertion = {
    kind: 'appAttestAssertion',
    counter: data.counter,
    appId,
    ...launch,
  };
  read?.(result);
  appraiseLaunch(result, policies, CHECKS, checks);
  return result;
}

/** What an assertion is made of. */
export interface Members {
  readonly signature: Uint8Array;
  readonly authenticatorData: Uint8Array;
}

/** Other members are let through and not looked at, as in attestations. */
function readMembers(assertion: Uint8Array, checks: Checks): Members {
  const fits = assertion instanceof Uint8Array && assertion.length <= MAX_ASSERTION;
  mustRead(checks, CHECKS.size, fits || undefined);
  const item = readCbor(assertion);
  const object = mustRead(checks, CHECKS.cbor, isTextMap(item) ? item : undefined);
  return mustRead(checks, CHECKS.members, membersOf(object));
}

/** The two members; undefined unless both are bytes. */
export function membersOf(object: CborMap): Members | undefined {
  const signature = object.get('signature');
  const authenticatorData = object.get('authenticatorData');
  const bytes = signature instanceof Uint8Array && authenticatorData instanceof Uint8Array;
  return bytes ? { signature, authenticatorData } : undefined;
}

/** Whether the key signed these bytes: ECDSA in DER over their SHA-256. */
export function isSignature(signature: Uint8Array, signed: Uint8Array, key: KeyObject): boolean {
  try {
    return verify('sha256', signed, key, signature);
  } catch {
    return false; // Bytes that OpenSSL refuses to read as a signature.
  }
}

function assertCounter(counter: unknown): void {
  if (Number.isInteger(counter) && (counter as number) >= 0 && (counter as number) <= 0xffff_ffff) return;
  const remedy = 'Give the last counter that was accepted, or 0.';
  throw new ConfigurationError('previousCounter', 'is not an unsigned integer of 32 bits', remedy);
}
